import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data } from '../../../../../functions/gpu/onnx/hostTensor.ts'
import { SegmenterError } from '../../../../../functions/gpu/segmenter/errors.ts'
import { initialDeepLab } from '../../../../../functions/gpu/segmenter/initialWeights.ts'
import { ignoredLabel, type LabelledImages } from '../../../../../functions/gpu/segmenter/labelledImages.ts'
import { encodeSegmenter } from '../../../../../functions/gpu/segmenter/segmenterFile.ts'
import {
  defaultSemiSupervisedFitOptions,
  fitSemiSupervised,
  type SemiSupervisedFitOptions,
  type SemiSupervisedProblem,
} from '../../../../../functions/gpu/segmenter/semiSupervised/fitSemiSupervised.ts'
import { closeTo } from '../../../../support/close.ts'
import { shapesData, tinySegmenter } from '../shapesData.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const { labels: _, ...unlabelled } = shapesData(24, 2)
const problem: SemiSupervisedProblem = {
  network: tinySegmenter,
  labelled: shapesData(6, 1),
  unlabelled,
  heldOut: shapesData(6, 3),
}

const short: SemiSupervisedFitOptions = {
  ...defaultSemiSupervisedFitOptions,
  seed: 1,
  steps: 6,
  interval: 2,
  batch: 3,
  unlabelledBatch: 4,
  learningRate: 1e-2,
  discriminatorWidth: 4,
  discriminatorRate: 1e-3,
  classifier: { steps: 4, learningRate: 3e-3, teacherDecay: 0.9, consistency: 1, rampUp: 0.4 },
}

function bytesOf(tensors: ReadonlyMap<string, { readonly data: ArrayLike<number | bigint> }> | undefined) {
  return [...(tensors ?? [])].map(([name, { data }]) => [name, Array.from(data)])
}

/** Forgets the labels of every image's first row. */
function forgetful(images: LabelledImages): LabelledImages {
  const { width, height } = images.size
  const labels = images.labels.map((label, at) => (at % (width * height) < width ? ignoredLabel : label))
  return { ...images, labels }
}

describe('semi-supervised training', () => {
  test('teaches shapes that it has not seen', async () => {
    const more = { ...problem, labelled: shapesData(16, 1) }
    const options = { ...short, batch: 6, steps: 60, interval: 20, classifier: null }
    const { history, heldOut, classifier, classifierHistory } = await fitSemiSupervised(engine, more, options)
    expect(history.map(({ step }) => step)).toEqual([20, 40, 60])
    // Ground alone would reach less than 0.3.
    expect(heldOut?.miou).toBeGreaterThan(0.55)
    expect(heldOut?.loss).toBe(Math.min(...history.map(({ heldOutLoss }) => heldOutLoss)))
    const supervised = history.map(({ losses }) => losses.supervised)
    expect(supervised.at(-1)).toBeLessThan(supervised[0] ?? 0)
    expect([classifier, classifierHistory]).toEqual([undefined, []])
  })

  test('teaches the second branch which classes an image has', async () => {
    const classifierOptions = { steps: 40, learningRate: 3e-3, teacherDecay: 0.9, consistency: 1, rampUp: 0.4 }
    const options = { ...short, steps: 1, interval: 10, classifier: classifierOptions }
    const { classifierHistory, classifier } = await fitSemiSupervised(engine, problem, options)
    expect(classifierHistory.map(({ step }) => step)).toEqual([10, 20, 30, 40])
    // Untrained, each class costs ln 2 or more.
    expect(classifierHistory.at(-1)?.heldOutLoss).toBeLessThan(0.9 * Math.LN2)
    expect(classifier?.tensors.get('fc.bias')?.shape).toEqual([3])
  })

  test('with the same seed ends with the same bytes, and tells of every step', async () => {
    const trained = async () => {
      const steps: (readonly [number, number])[] = []
      const hooks = { onSteps: (done: number, all: number) => steps.push([done, all]) }
      return { ...(await fitSemiSupervised(engine, { ...problem, augment: forgetful }, short, hooks)), steps }
    }
    const [first, second] = [await trained(), await trained()]
    expect(encodeSegmenter(second.segmenter)).toEqual(encodeSegmenter(first.segmenter))
    expect(bytesOf(second.classifier?.tensors)).toEqual(bytesOf(first.classifier?.tensors))
    expect(second.history).toEqual(first.history)
    expect(first.steps).toEqual([2, 4, 6, 8, 10].map((done) => [done, 10]))
  })

  test('with another seed ends elsewhere', async () => {
    const options = { ...short, steps: 1, classifier: null }
    const [first, second] = [
      await fitSemiSupervised(engine, problem, options),
      await fitSemiSupervised(engine, problem, { ...options, seed: 2 }),
    ]
    expect(encodeSegmenter(second.segmenter)).not.toEqual(encodeSegmenter(first.segmenter))
  })

  test('without held-out images does all its steps and measures nothing', async () => {
    const { heldOut: _, ...rest } = problem
    const options = { ...short, patience: 1, learningRate: 1e-9, classifier: null }
    const { history, heldOut } = await fitSemiSupervised(engine, rest, options)
    expect(history.map(({ step }) => step)).toEqual([2, 4, 6])
    expect(heldOut).toBeUndefined()
  })

  test('begins with given weights, and the second branch with their backbone', async () => {
    const still = { steps: 1, learningRate: 1e-9, teacherDecay: 0.9, consistency: 1, rampUp: 0 }
    const options = { ...short, steps: 1, learningRate: 1e-9, classifier: still }
    const start = initialDeepLab(tinySegmenter, 77)
    const after = await fitSemiSupervised(engine, { ...problem, start }, options)
    const name = 'backbone.layer4.0.conv1.weight'
    const given = float32Data(start.get(name), name)
    closeTo(float32Data(after.segmenter.tensors.get(name), name), given, 1e-5)
    closeTo(float32Data(after.classifier?.tensors.get(name), name), given, 1e-5)
  })

  test.each([
    ['the first branch', 2],
    ['the second branch', 8],
  ])('is interrupted in %s', async (_, last) => {
    const controller = new AbortController()
    const onSteps = (done: number): void => {
      if (done === last) controller.abort(new Error('enough'))
    }
    const fit = fitSemiSupervised(engine, problem, short, { signal: controller.signal, onSteps })
    await expect(fit).rejects.toThrow('enough')
  })
})

describe('semi-supervised training refuses', () => {
  test.each<[string, Partial<SemiSupervisedProblem>, string]>([
    ['no images without labels', { unlabelled: { ...unlabelled, count: 0 } }, 'there are 0 images without labels'],
    [
      'images without labels of another size',
      { unlabelled: { ...unlabelled, size: { width: 64, height: 16 } } },
      '64×16 pixels, the network takes 32×32',
    ],
    [
      'too few bytes',
      { unlabelled: { ...unlabelled, images: unlabelled.images.subarray(1) } },
      '73728 bytes, not 73727',
    ],
    [
      'a label that is no class',
      { labelled: { ...problem.labelled, labels: problem.labelled.labels.with(0, 9) } },
      'image 0 holds label 9',
    ],
    [
      'held-out images of another size',
      { heldOut: { ...problem.labelled, size: { width: 16, height: 64 } } },
      '16×64 pixels',
    ],
  ])('%s', async (_, wrong, message) => {
    const fit = fitSemiSupervised(engine, { ...problem, ...wrong }, short)
    await expect(fit).rejects.toThrow(SegmenterError)
    await expect(fit).rejects.toThrow(message)
  })

  const second = { steps: 4, learningRate: 1e-3, teacherDecay: 0.9, consistency: 1, rampUp: 0.4 }
  test.each<[Partial<SemiSupervisedFitOptions>, string]>([
    [{ batch: 0 }, 'batch of semi-supervised training is 0'],
    [{ unlabelledBatch: 1.5 }, 'unlabelledBatch of semi-supervised training is 1.5'],
    [{ discriminatorWidth: 0 }, 'discriminatorWidth of semi-supervised training is 0'],
    [{ featureMatching: -1 }, 'featureMatching of semi-supervised training is -1'],
    [{ selfTraining: Number.POSITIVE_INFINITY }, 'selfTraining of semi-supervised training is Infinity'],
    [{ discriminatorRate: Number.NaN }, 'discriminatorRate of semi-supervised training is NaN'],
    [{ scoreThreshold: 1.1 }, 'scoreThreshold of semi-supervised training is 1.1'],
    [{ classifier: { ...second, teacherDecay: 2 } }, 'classifier.teacherDecay of semi-supervised training is 2'],
    [{ classifier: { ...second, rampUp: -0.1 } }, 'classifier.rampUp of semi-supervised training is -0.1'],
    [{ classifier: { ...second, consistency: -1 } }, 'classifier.consistency of semi-supervised training is -1'],
    [{ classifier: { ...second, learningRate: -1 } }, 'classifier.learningRate of semi-supervised training is -1'],
    [{ classifier: { ...second, steps: 0 } }, 'classifier.steps of semi-supervised training is 0'],
    [{ steps: 0 }, 'steps of semi-supervised training is 0'],
  ])('%o', async (wrong, message) => {
    await expect(fitSemiSupervised(engine, problem, { ...short, ...wrong })).rejects.toThrow(message)
  })

  test('weights of another network', async () => {
    const start = new Map([['backbone.conv1.weight', float32(new Float32Array(3), [3])]])
    await expect(fitSemiSupervised(engine, { ...problem, start }, short)).rejects.toThrow(
      'backbone.conv1.weight should have shape [8,3,7,7]',
    )
  })
})
