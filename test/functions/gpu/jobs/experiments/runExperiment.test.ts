import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExperimentError } from '../../../../../functions/gpu/jobs/experiments/data.ts'
import { trialsOf } from '../../../../../functions/gpu/jobs/experiments/plan.ts'
import { runExperiment } from '../../../../../functions/gpu/jobs/experiments/runExperiment.ts'
import { runTrial } from '../../../../../functions/gpu/jobs/experiments/trials.ts'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { openMemoryStore } from '../../../../../integrations/storage/memory.ts'
import type { Arm, TrialRecord } from '../../../../../schemas/experiment.ts'
import { measured, tinyContext, tinyData, tinyOurs, tinySettings } from './tinyExperiment.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const arms: readonly Arm[] = [
  { kind: 'supervised', images: 10 },
  { kind: 'transfer' },
  { kind: 'semi-supervised', classification: true },
  { kind: 'annotated', generated: 6 },
  tinyOurs,
]
const trials = trialsOf(tinyData(), tinySettings, arms, [0])

/** What all arms came to, and what the store holds then. */
let records: readonly TrialRecord[]
const store = openMemoryStore()
const recordOf = (kind: Arm['kind']) => records.find(({ trial }) => trial.arm.kind === kind)

beforeAll(async () => {
  records = await runExperiment(tinyContext(store, engine), { trials })
}, 60_000)

describe('an experiment', () => {
  test('does every arm, in the order of the plan', () => {
    expect(records.map(({ trial }) => trial)).toEqual(trials)
  })

  test('measures the real test images in both definitions', () => {
    for (const { miou, parts } of records) {
      const known = parts.flatMap(({ iou }) => iou ?? [])
      const sum = known.reduce((total, iou) => total + iou, 0)
      expect(miou.presentOnly).toBeCloseTo(sum / known.length, 12)
      expect(miou.absentAsZero).toBeCloseTo(sum / 3, 12)
      expect(parts.map(({ name }) => name)).toEqual(['background', 'disc', 'square'])
    }
  })

  test('holds a tenth of what an arm learns out, one image at least', () => {
    expect(recordOf('supervised')?.images).toEqual({ training: 9, heldOut: 1 })
    // Of six images the filter drops the most uncertain one.
    expect(recordOf('ours')?.images).toEqual({ training: 4, heldOut: 1 })
    expect(recordOf('annotated')?.images).toEqual({ training: 5, heldOut: 1 })
    expect(recordOf('transfer')?.images).toEqual({ training: 14, heldOut: 2 })
  })

  test('counts the steps of all its segmenters', () => {
    expect(records.map(({ steps }) => steps)).toEqual([2, 4, 3, 2, 2])
  })

  test('holds the interpreter against the annotator', () => {
    expect(recordOf('ours')?.interpreter?.images).toBe(6)
    expect(recordOf('supervised')?.interpreter).toBeUndefined()
  })

  test('says what the transfer was', () => {
    expect(recordOf('transfer')?.notes).toEqual(['begun with other shapes', 'the last layer was tuned'])
  })

  test('leaves no training behind', async () => {
    const keys: string[] = []
    for await (const key of store.list('projects/trial-')) keys.push(key)
    expect(keys).toEqual([])
  })

  test('that is done does nothing more', async () => {
    const data = tinyData()
    const began: unknown[] = []
    const again = await runExperiment(
      tinyContext(store, engine, { data }),
      { trials },
      { onBegin: () => began.push(1) },
    )
    expect(again).toEqual(records)
    expect(began).toEqual([])
    expect(data.asked).toEqual([])
  })

  test('measures the same again from the same random seed', async () => {
    const again = await runExperiment(tinyContext(openMemoryStore(), engine), { trials: trials.slice(0, 1) })
    expect(again.map(measured)).toEqual(records.slice(0, 1).map(measured))
  })
})

describe('a trial that the data cannot serve', () => {
  const { unlabelled: _, elsewhere: __, annotate: ___, ...rest } = tinyData()
  test.each([
    ['transfer without weights', { kind: 'transfer' }, 'no weights of another task'],
    ['semi-supervised without images', { kind: 'semi-supervised', classification: true }, 'no images without labels'],
    ['labels of an annotator who is not there', { kind: 'annotated', generated: 6 }, 'nobody can paint'],
  ] as const)('is refused: %s', async (_name, arm, message) => {
    const context = tinyContext(openMemoryStore(), engine, { data: rest })
    const [trial] = trialsOf(rest, tinySettings, [arm], [0])
    if (trial === undefined) throw new Error('there is no trial')
    const run = runTrial(context, trial)
    await expect(run).rejects.toThrow(ExperimentError)
    await expect(run).rejects.toThrow(message)
  })
})
