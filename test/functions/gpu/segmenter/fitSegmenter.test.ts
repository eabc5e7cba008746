import { afterAll, describe, expect, test } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from '../../../../functions/gpu/onnx/checkpoint.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import type { FitCheckpoint } from '../../../../functions/gpu/onnx/fit.ts'
import { float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { SegmenterError } from '../../../../functions/gpu/segmenter/errors.ts'
import {
  defaultSegmenterFitOptions,
  fitSegmenter,
  type SegmenterFitOptions,
} from '../../../../functions/gpu/segmenter/fitSegmenter.ts'
import type { LabelledImages } from '../../../../functions/gpu/segmenter/labelledImages.ts'
import { encodeSegmenter } from '../../../../functions/gpu/segmenter/segmenterFile.ts'
import { closeTo } from '../../../support/close.ts'
import { shapesData, tinySegmenter } from './shapesData.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const problem = { network: tinySegmenter, data: shapesData(24, 1), heldOut: shapesData(5, 2) }
const short: SegmenterFitOptions = { ...defaultSegmenterFitOptions, steps: 6, interval: 2, batch: 4, patience: 100 }

/** Darkens each step's images by its number: like an augmentation, it depends on the step alone. */
const darken = (images: LabelledImages, step: number): LabelledImages => ({
  ...images,
  images: images.images.map((level) => Math.max(0, level - (step % 5))),
})

describe('training', () => {
  test('teaches shapes that it has not seen', async () => {
    const options = { ...short, steps: 60, interval: 20, learningRate: 1e-2 }
    const { history, heldOut } = await fitSegmenter(engine, problem, options)
    expect(history.map(({ step }) => step)).toEqual([20, 40, 60])
    expect(heldOut.miou).toBeGreaterThan(0.7)
    expect(heldOut.loss).toBe(Math.min(...history.map(({ heldOutLoss }) => heldOutLoss)))
    expect(history.find(({ heldOutLoss }) => heldOutLoss === heldOut.loss)?.heldOutIou).toBe(heldOut.miou)
    expect(heldOut.parts).toHaveLength(3)
  })

  test('works with SGD and without balance, too', async () => {
    const options = { ...short, optimizer: 'sgd', learningRate: 0.05, balanceParts: false } as const
    const { history } = await fitSegmenter(engine, problem, options)
    const [first, , last] = history
    expect(last?.heldOutLoss).toBeLessThan(first?.heldOutLoss ?? 0)
  })

  test('that is interrupted and goes on ends with the same bytes', async () => {
    const whole = await fitSegmenter(engine, { ...problem, augment: darken }, short)
    const saved: Uint8Array[] = []
    const circumstances = { device: 'cpu', runtimeVersion: '1', threads: '1' }
    const controller = new AbortController()
    const hooks = {
      signal: controller.signal,
      onCheckpoint: async (fetch: () => Promise<FitCheckpoint>) => {
        saved.push(encodeCheckpoint(await fetch(), circumstances))
        controller.abort(new Error('enough'))
      },
    }
    await expect(fitSegmenter(engine, { ...problem, augment: darken }, short, hooks)).rejects.toThrow('enough')
    const { checkpoint } = decodeCheckpoint(saved[0] ?? new Uint8Array())
    expect(checkpoint.state.step).toBe(2)
    const resumed = await fitSegmenter(engine, { ...problem, augment: darken }, short, {}, checkpoint)
    expect(resumed.history).toEqual(whole.history)
    expect(encodeSegmenter(resumed.segmenter)).toEqual(encodeSegmenter(whole.segmenter))
  })

  test('begins with given weights', async () => {
    const { segmenter } = await fitSegmenter(engine, problem, { ...short, steps: 20 })
    const options = { ...short, steps: 2, learningRate: 1e-9 }
    const start = segmenter.tensors
    const { segmenter: after } = await fitSegmenter(engine, { ...problem, start }, options)
    const name = 'backbone.layer4.0.conv1.weight'
    closeTo(float32Data(after.tensors.get(name), name), float32Data(start.get(name), name), 1e-5)
  })
})

describe('training refuses', () => {
  const { data } = problem
  test.each([
    ['no images', { ...data, count: 0, images: new Uint8Array(), labels: new Uint8Array() }, 'no labelled images'],
    ['images of another size', { ...data, size: { width: 16, height: 64 } }, '16×64 pixels, the network takes 32×32'],
    [
      'too few bytes',
      { ...data, images: data.images.subarray(3) },
      '73728 bytes and 24576 labels, not 73725 and 24576',
    ],
    ['a label that is no class', { ...data, labels: data.labels.with(1025, 7) }, 'image 1 holds label 7'],
  ])('%s', async (_, wrong, message) => {
    const fit = fitSegmenter(engine, { ...problem, data: wrong }, short)
    await expect(fit).rejects.toThrow(SegmenterError)
    await expect(fit).rejects.toThrow(message)
  })
})
