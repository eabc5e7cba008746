import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import type { FitCheckpoint } from '../../../../functions/gpu/onnx/fit.ts'
import { float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { SegmenterError } from '../../../../functions/gpu/segmenter/errors.ts'
import { fitLastLayer } from '../../../../functions/gpu/segmenter/fitLastLayer.ts'
import { defaultSegmenterFitOptions } from '../../../../functions/gpu/segmenter/fitSegmenter.ts'
import { initialDeepLab } from '../../../../functions/gpu/segmenter/initialWeights.ts'
import { shapesData, tinySegmenter } from './shapesData.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const start = initialDeepLab(tinySegmenter, 3)
const problem = { network: tinySegmenter, data: shapesData(16, 1), heldOut: shapesData(4, 2), start }
const options = { ...defaultSegmenterFitOptions, steps: 6, interval: 2, batch: 4, patience: 100 }

describe('tuning the last layer', () => {
  test('changes nothing else, and learns', async () => {
    const { segmenter, history, heldOut } = await fitLastLayer(engine, problem, { ...options, steps: 20, interval: 10 })
    const changed = [...segmenter.tensors].flatMap(([name, tensor]) =>
      Buffer.from(float32Data(tensor, name).buffer).equals(Buffer.from(float32Data(start.get(name), name).buffer))
        ? []
        : [name],
    )
    expect(changed).toEqual(['classifier.4.weight', 'classifier.4.bias'])
    expect([...segmenter.tensors.keys()].toSorted()).toEqual([...start.keys()].toSorted())
    const [first, last] = history
    expect(last?.heldOutLoss).toBeLessThan(first?.heldOutLoss ?? 0)
    expect(heldOut.loss).toBe(last?.heldOutLoss)
  })

  test('goes on where it was interrupted, to the same weights', async () => {
    const whole = await fitLastLayer(engine, problem, options)
    const saved: FitCheckpoint[] = []
    const controller = new AbortController()
    const onCheckpoint = async (fetch: () => Promise<FitCheckpoint>): Promise<void> => {
      saved.push(await fetch())
      controller.abort(new Error('enough'))
    }
    const { signal } = controller
    await expect(fitLastLayer(engine, problem, options, { signal, onCheckpoint })).rejects.toThrow('enough')
    const resumed = await fitLastLayer(engine, problem, options, {}, saved[0])
    expect(resumed.history).toEqual(whole.history)
    expect(resumed.segmenter.tensors).toEqual(whole.segmenter.tensors)
  })

  test('needs weights to begin with', async () => {
    const fit = fitLastLayer(engine, { ...problem, start: undefined }, options)
    await expect(fit).rejects.toThrow(SegmenterError)
    await expect(fit).rejects.toThrow('there are none')
  })
})
