import { afterAll, describe, expect, test } from 'vitest'
import { gradients } from '../../../../../functions/gpu/onnx/autodiff.ts'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, type HostTensor } from '../../../../../functions/gpu/onnx/hostTensor.ts'
import { input } from '../../../../../functions/gpu/onnx/tensor.ts'
import { initialState, openTrainer } from '../../../../../functions/gpu/onnx/training.ts'
import { initialTensors } from '../../../../../functions/gpu/segmenter/initialTensors.ts'
import {
  classifierTraining,
  consistencyLoss,
  teacherOf,
  withTeacher,
} from '../../../../../functions/gpu/segmenter/semiSupervised/classification.ts'
import {
  classifierParameters,
  classifierStatistics,
} from '../../../../../functions/gpu/segmenter/semiSupervised/imageClassifier.ts'
import { presentClasses } from '../../../../../functions/gpu/segmenter/semiSupervised/presentClasses.ts'
import { closeTo } from '../../../../support/close.ts'
import { finiteDifferences } from '../../../../support/reference/finiteDifferences.ts'
import { ndArray } from '../../../../support/reference/ndArray.ts'
import { evaluate } from '../../onnx/evaluate.ts'
import { shapesData, side, tinySegmenter } from '../shapesData.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const choice = {
  steps: 100,
  batch: 2,
  unlabelledBatch: 3,
  learningRate: 0.01,
  teacherDecay: 0.99,
  consistency: 1,
  rampUp: 0.4,
}
const definition = classifierTraining(tinySegmenter, choice)
/** Its last layer is drawn as well, so that the others learn from the first step. */
const student = new Map([
  ...initialTensors(
    { ...classifierParameters(tinySegmenter), ...classifierStatistics(tinySegmenter) },
    1,
    'classifier',
  ),
  [
    'fc.weight',
    float32(
      Float32Array.from({ length: 3 * 64 }, (_, at) => Math.sin(at) / 8),
      [3, 64],
    ),
  ] as const,
])

function openClassifier() {
  return openTrainer(engine, definition, initialState(definition, withTeacher(student)))
}

function batchOf(decay: number, consistency = 1): Readonly<Record<string, HostTensor>> {
  const [labelled, others] = [shapesData(2, 1), shapesData(3, 2)]
  const shape = (count: number) => [1, count, side, side, 3]
  const bytes = new Uint8Array([...labelled.images, ...others.images])
  return {
    images: { dtype: 'uint8', shape: shape(5), data: bytes },
    present: float32(presentClasses(labelled, 3), [1, 2, 3]),
    teacherImages: { dtype: 'uint8', shape: shape(3), data: shapesData(3, 2).images },
    consistency: float32(Float32Array.of(consistency)),
    decay: float32(Float32Array.of(decay)),
  }
}

describe('the teacher', () => {
  test('is the moving average of the students, in closed form', async () => {
    const trainer = await openClassifier()
    const seen: Float32Array[] = []
    const name = 'backbone.layer2.0.conv1.weight'
    for (const decay of [0, 0.5, 0.9]) {
      seen.push(float32Data((await trainer.state()).tensors.get(name), name).slice())
      await trainer.train(batchOf(decay))
    }
    const taught = teacherOf((await trainer.state()).tensors).get(name)
    await trainer.close()
    const [first, second, third] = seen
    // 0.9 · (0.5 · s₀ + 0.5 · s₁) + 0.1 · s₂, where the first decay of 0 leaves nothing of what was before.
    const expected = first?.map((value, at) => 0.45 * value + 0.45 * (second?.[at] ?? 0) + 0.1 * (third?.[at] ?? 0))
    expect(second).not.toEqual(first)
    closeTo(float32Data(taught, name), expected ?? [], 1e-6)
  })

  test('keeps all of itself at a decay of 1, but for its own running statistics', async () => {
    const trainer = await openClassifier()
    await trainer.train(batchOf(1))
    const { tensors } = await trainer.state()
    await trainer.close()
    const taught = teacherOf(tensors)
    for (const name of Object.keys(classifierParameters(tinySegmenter)))
      expect(taught.get(name)?.data).toEqual(student.get(name)?.data)
    const mean = 'backbone.bn1.running_mean'
    expect(taught.get(mean)?.data).not.toEqual(student.get(mean)?.data)
    expect(taught.get(mean)?.data).not.toEqual(tensors.get(mean)?.data)
  })

  test('weighs as much as it is told', async () => {
    const losses: number[] = []
    for (const weight of [0, 1, 3]) {
      const trainer = await openClassifier()
      const { loss } = await trainer.train(batchOf(0, weight))
      losses.push(float32Data(loss, 'loss')[0] ?? Number.NaN)
      await trainer.close()
    }
    const [none = 0, once = 0, thrice = 0] = losses
    expect(once).toBeGreaterThan(none)
    expect(thrice - none).toBeCloseTo(3 * (once - none), 5)
  })
})

test('consistency is a squared difference of probabilities that teaches the student alone', async () => {
  const [studentLogits, teacherLogits] = [
    [-2, 0.5, 1, 3],
    [1, 0.25, -1, 3],
  ]
  const [s, t] = ['s', 't'].map((name) => input(name, 'float32', [2, 2]))
  if (s === undefined || t === undefined) throw new TypeError('no inputs')
  const loss = consistencyLoss(s, t)
  const [slope, none] = gradients(loss, [s, t])
  if (slope === undefined || none === undefined) throw new TypeError('no gradient')
  const matrix = (values: readonly number[] = []) => float32(Float32Array.from(values), [2, 2])
  const found = await evaluate(engine, { loss, slope, none }, { s: matrix(studentLogits), t: matrix(teacherLogits) })
  const probability = (logit: number): number => 1 / (1 + Math.exp(-logit))
  const expected = (logits: ArrayLike<number>): number =>
    Array.from(logits).reduce((sum, logit, at) => {
      return sum + (probability(logit) - probability(teacherLogits?.[at] ?? 0)) ** 2 / 4
    }, 0)
  closeTo(found.loss ?? [], [expected(studentLogits ?? [])], 1e-6)
  const slopes = finiteDifferences(({ data }) => expected(data), ndArray([4], studentLogits ?? []))
  closeTo(found.slope ?? [], slopes.data, 1e-6)
  expect(found.none).toEqual([0, 0, 0, 0])
})

test('classes are present where one pixel has them, and 255 is none', () => {
  const labels = Uint8Array.of(0, 0, 2, 0, 255, 255, 1, 255)
  const images = { count: 2, size: { width: 2, height: 2 }, images: new Uint8Array(24), labels }
  expect([...presentClasses(images, 4)]).toEqual([1, 0, 1, 0, 0, 1, 0, 0])
})
