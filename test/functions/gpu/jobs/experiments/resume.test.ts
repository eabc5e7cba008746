import { afterAll, describe, expect, test } from 'vitest'
import { trialsOf } from '../../../../../functions/gpu/jobs/experiments/plan.ts'
import { runExperiment } from '../../../../../functions/gpu/jobs/experiments/runExperiment.ts'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { openMemoryStore } from '../../../../../integrations/storage/memory.ts'
import { measured, tinyContext, tinyData, tinySettings } from './tinyExperiment.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const supervised = { kind: 'supervised', images: 10 } as const
const one = trialsOf(tinyData(), tinySettings, [supervised], [0])

describe('an experiment that is interrupted', () => {
  test('goes on with what is missing, and with the training that was under way', async () => {
    const own = openMemoryStore()
    const two = trialsOf(tinyData(), tinySettings, [supervised], [0, 1])
    const controller = new AbortController()
    const steps: number[] = []
    const first = tinyContext(own, engine, {
      signal: controller.signal,
      onProgress: ({ task, done }) => {
        if (task !== 'training the segmenter') return
        steps.push(done)
        // The second training stops after its first step, whose state was saved.
        if (steps.length === 3) controller.abort(new Error('enough'))
      },
    })
    await expect(runExperiment(first, { trials: two })).rejects.toThrow('enough')
    const data = tinyData()
    const later: number[] = []
    const second = tinyContext(own, engine, { data, onProgress: ({ done }) => void later.push(done) })
    const resumed = await runExperiment(second, { trials: two })
    expect(data.asked).toEqual([10])
    expect(later).toEqual([2])
    const whole = await runExperiment(tinyContext(openMemoryStore(), engine), { trials: two })
    expect(resumed.map(measured)).toEqual(whole.map(measured))
  })

  test('does not begin where it is interrupted before', async () => {
    const signal = AbortSignal.abort(new Error('no time'))
    await expect(runExperiment(tinyContext(openMemoryStore(), engine, { signal }), { trials: one })).rejects.toThrow(
      'no time',
    )
  })
})
