import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { float32Data, type HostTensor } from '../../../../../functions/gpu/onnx/hostTensor.ts'
import { initialState, openTrainer } from '../../../../../functions/gpu/onnx/training.ts'
import { deepLabParameters } from '../../../../../functions/gpu/segmenter/deeplab.ts'
import { initialDeepLab } from '../../../../../functions/gpu/segmenter/initialWeights.ts'
import { minibatches } from '../../../../../functions/gpu/segmenter/semiSupervised/minibatches.ts'
import {
  initialDiscriminator,
  type S4GanChoice,
  s4ganBatches,
  s4ganTraining,
} from '../../../../../functions/gpu/segmenter/semiSupervised/s4ganTraining.ts'
import { closeTo } from '../../../../support/close.ts'
import { shapesData, tinySegmenter } from '../shapesData.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const choice: S4GanChoice = {
  steps: 1000,
  batch: 3,
  unlabelledBatch: 2,
  optimizer: 'sgd',
  learningRate: 1e-9,
  momentum: 0,
  weightDecay: 0,
  classWeights: Float32Array.of(1, 1, 1),
  featureMatching: 0.5,
  selfTraining: 2,
  scoreThreshold: 0,
  discriminatorWidth: 4,
  discriminatorRate: 3e-3,
}
const options = { seed: 1, batch: 3, unlabelledBatch: 2, twice: false }
const minibatch = minibatches(shapesData(3, 1), shapesData(2, 2), options)
const start = new Map([...initialDeepLab(tinySegmenter, 1), ...initialDiscriminator(tinySegmenter, 4, 1)])

async function trained(changed: Partial<S4GanChoice>, steps: number) {
  const definition = s4ganTraining(tinySegmenter, { ...choice, ...changed })
  const trainer = await openTrainer(engine, definition, initialState(definition, start))
  const records = await trainer.train(
    s4ganBatches(
      Array.from({ length: steps }, (_, step) => minibatch(step)),
      0,
    ),
  )
  const { tensors } = await trainer.state()
  await trainer.close()
  return { records, tensors }
}

const record = (records: Readonly<Record<string, HostTensor>>, name: string): readonly number[] =>
  Array.from(float32Data(records[name], name))

describe('a step of s4GAN', () => {
  test('teaches the discriminator to tell, while the segmenter stands still', async () => {
    const { records, tensors } = await trained({}, 20)
    const losses = record(records, 'discriminator')
    expect(losses).toHaveLength(20)
    expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] ?? 0))
    for (const name of Object.keys(deepLabParameters(tinySegmenter)))
      closeTo(float32Data(tensors.get(name), name), float32Data(start.get(name), name), 1e-6)
    const supervised = record(records, 'supervised')
    closeTo(supervised, Array(20).fill(supervised[0]), 1e-4)
  })

  test('teaches the segmenter by all three losses, weighed as it is told', async () => {
    const { records } = await trained({}, 1)
    const of = (name: string): number => record(records, name)[0] ?? Number.NaN
    expect(of('chosen')).toBe(1)
    expect(of('selfTraining')).toBeGreaterThan(0)
    expect(of('loss')).toBeCloseTo(of('supervised') + 0.5 * of('featureMatching') + 2 * of('selfTraining'), 5)
  })

  test('teaches the segmenter to look painted, while the discriminator stands still', async () => {
    const { records, tensors } = await trained(
      { learningRate: 0.02, featureMatching: 100, selfTraining: 0, discriminatorRate: 0 },
      15,
    )
    const matching = record(records, 'featureMatching')
    expect(matching.at(-1)).toBeLessThan(matching[0] ?? 0)
    for (const [name, { data }] of initialDiscriminator(tinySegmenter, 4, 1))
      expect(tensors.get(name)?.data).toEqual(data)
  })
})
