import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import type { HostTensor } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { float32Data, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { balancedClassWeights } from '../../../../functions/gpu/segmenter/classWeights.ts'
import { openHeldOut } from '../../../../functions/gpu/segmenter/heldOut.ts'
import { imageOrder } from '../../../../functions/gpu/segmenter/imageOrder.ts'
import { initialDeepLab } from '../../../../functions/gpu/segmenter/initialWeights.ts'
import { ignoredLabel, type LabelledImages } from '../../../../functions/gpu/segmenter/labelledImages.ts'
import { segmenterEvaluation } from '../../../../functions/gpu/segmenter/segmenterTraining.ts'
import { shapesData, side, tinySegmenter } from './shapesData.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const weights = initialDeepLab(tinySegmenter, 3)
const classWeights = Float32Array.of(0.5, 1, 2)

async function evaluated({ count, images, labels }: LabelledImages) {
  const session = await engine.load(segmenterEvaluation(tinySegmenter, { batch: count, classWeights }))
  const tensor = (data: Uint8Array, shape: readonly number[]): HostTensor => ({ dtype: 'uint8', shape, data })
  const feeds = {
    images: tensor(images, [count, side, side, 3]),
    labels: tensor(labels, [count, side, side]),
  }
  const { results } = await session.run({ ...Object.fromEntries(weights), ...feeds })
  await session.release()
  return { loss: float32Data(results.loss, 'loss')[0], predicted: uint8Data(results.predicted, 'predicted') }
}

async function measured(heldOut: LabelledImages, batch: number) {
  const measurer = await openHeldOut(engine, tinySegmenter, heldOut, { batch, classWeights })
  const result = await measurer.measure(Object.fromEntries(weights))
  await measurer.release()
  return result
}

describe('what is measured on held-out images', () => {
  const data = shapesData(5, 7)

  test('is the same whatever the minibatch, also where the last is not full', async () => {
    const whole = await measured(data, 5)
    const pairs = await measured(data, 2)
    expect(pairs.loss).toBeCloseTo(whole.loss, 5)
    expect(pairs.parts).toEqual(whole.parts)
    expect(pairs.miou).toBe(whole.miou)
    expect(whole.loss).toBeCloseTo((await evaluated(data)).loss ?? 0, 5)
  })

  test('does not count pixels of which nothing is known', async () => {
    const { predicted } = await evaluated(data)
    const labels = data.labels.map((label, pixel) => (label === predicted[pixel] ? label : ignoredLabel))
    const { miou, parts } = await measured({ ...data, labels }, 2)
    expect(labels).toContain(ignoredLabel)
    expect(miou).toBe(1)
    expect(parts.filter((iou) => iou !== null && iou !== 1)).toEqual([])
  })
})

describe('class weights', () => {
  test('go with 1 / √share, have mean 1 over the classes that occur, and are 1 for others', () => {
    const labels = Uint8Array.from({ length: 101 }, (_, pixel) =>
      pixel < 64 ? 0 : pixel < 80 ? 1 : pixel < 100 ? 255 : 3,
    )
    const images = { count: 1, size: { width: 101, height: 1 }, images: new Uint8Array(303), labels }
    // Counts 64, 16 and 1: 1/8, 1/4 and 1, whose mean is 11/24.
    expect([...balancedClassWeights(images, 4)]).toEqual(
      [3 / 11, 6 / 11, 1, 24 / 11].map((weight) => expect.closeTo(weight, 6)),
    )
  })
})

describe('the order of images', () => {
  test('shows each image once before any comes again, in another order each time', () => {
    const order = imageOrder(6, 4, 1)
    const seen = [0, 1, 2].flatMap((step) => [...order(step)])
    const [first, second] = [seen.slice(0, 6), seen.slice(6)]
    expect(first.toSorted()).toEqual([0, 1, 2, 3, 4, 5])
    expect(second.toSorted()).toEqual([0, 1, 2, 3, 4, 5])
    expect(second).not.toEqual(first)
  })

  test('depends on the step alone, not on what was asked before', () => {
    const order = imageOrder(50, 16, 1)
    const steps = [0, 1, 2, 3, 4, 5].map((step) => [...order(step)])
    expect([...imageOrder(50, 16, 1)(5)]).toEqual(steps[5])
    expect([...order(1)]).toEqual(steps[1])
    expect([...imageOrder(50, 16, 2)(0)]).not.toEqual(steps[0])
  })
})
