import { afterAll, describe, expect, test } from 'vitest'
import { exactLabeler } from '../../../../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph, imageGraph } from '../../../../functions/gpu/interpreter/factoryGraph.ts'
import { collectFeatures } from '../../../../functions/gpu/interpreter/featureCollection.ts'
import type { Labeler } from '../../../../functions/gpu/interpreter/labeler.ts'
import { imagePart, type LabelSize } from '../../../../functions/gpu/interpreter/labelFrame.ts'
import { studentLabeler, studentShape } from '../../../../functions/gpu/interpreter/student.ts'
import { groupTaps } from '../../../../functions/gpu/interpreter/tapGroups.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { type GeneratorWeights, readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import type { Crop } from '../../../../schemas/generator.ts'
import { closeTo } from '../../../support/close.ts'
import { at, type NdArray } from '../../../support/reference/ndArray.ts'
import { memberOutputs, naiveFeatures, naiveLabelling } from './naiveLabelling.ts'
import { croppedFile, randomEnsemble, tapsOf, tinyGenerator, tinyShape } from './tinyGenerator.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

const truncation = 0.7
const seed = 5
const square = 32
const z = float32(Float32Array.from(sampleLatent(seed, tinyGenerator.latentLength)), [1, tinyGenerator.latentLength])
const taps = await tapsOf(engine, tinyGenerator, { seed, truncation })

/** Like cars: as wide as the square, lower, in the middle. */
const wide: Crop = { x: 0, y: 4, width: 32, height: 24 }
const corner: Crop = { x: 16, y: 8, width: 16, height: 24 }
/** Its borders lie between the pixels of all smaller maps. */
const odd: Crop = { x: 5, y: 3, width: 17, height: 22 }
const whole: Crop = { x: 0, y: 0, width: 32, height: 32 }
const line: Crop = { x: 31, y: 0, width: 1, height: 32 }

/** The crop of the label map of the whole square, where the square has one of whole pixels at the same scale. */
function cutFromSquare(crop: Crop, { width, height }: LabelSize): readonly (readonly number[])[] {
  const full = { width: (width * square) / crop.width, height: (height * square) / crop.height }
  const [left, top] = [(crop.x * width) / crop.width, (crop.y * height) / crop.height]
  for (const length of [full.width, full.height, left, top]) expect(length).toBe(Math.round(length))
  const all = naiveFeatures(taps, full)
  return Array.from({ length: height }, (_, y) =>
    all.slice((top + y) * full.width + left, (top + y) * full.width + left + width),
  ).flat()
}

/** Every tap read where a label pixel's centre lies on the square: for any size. */
function readInSquare(crop: Crop, { width, height }: LabelSize): readonly (readonly number[])[] {
  return Array.from({ length: width * height }, (_, pixel) => {
    const x = crop.x + (((pixel % width) + 0.5) * crop.width) / width
    const y = crop.y + ((Math.floor(pixel / width) + 0.5) * crop.height) / height
    return taps.flatMap((tap) => {
      const [, channels = 0, side = 0] = tap.shape
      return Array.from({ length: channels }, (_, channel) =>
        bilinear(tap, channel, (x * side) / square - 0.5, (y * side) / square - 0.5),
      )
    })
  })
}

function bilinear(tap: NdArray, channel: number, x: number, y: number): number {
  const last = (tap.shape[2] ?? 0) - 1
  const inside = (value: number): number => Math.min(Math.max(value, 0), last)
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const value = (row: number, column: number): number => at(tap, [0, channel, inside(row), inside(column)])
  const across = (row: number): number => (left + 1 - x) * value(row, left) + (x - left) * value(row, left + 1)
  return (top + 1 - y) * across(top) + (y - top) * across(top + 1)
}

interface Case extends LabelSize {
  readonly crop: Crop
  readonly definition: (crop: Crop, size: LabelSize) => readonly (readonly number[])[]
}
const cases: readonly (readonly [string, Case])[] = [
  ['of the crop’s size', { crop: wide, width: 32, height: 24, definition: cutFromSquare }],
  ['of half its size', { crop: wide, width: 16, height: 12, definition: cutFromSquare }],
  ['of a quarter of its size', { crop: wide, width: 8, height: 6, definition: cutFromSquare }],
  ['of an eighth of its size', { crop: wide, width: 4, height: 3, definition: readInSquare }],
  ['of twice its size', { crop: wide, width: 64, height: 48, definition: cutFromSquare }],
  ['of another shape', { crop: wide, width: 24, height: 24, definition: cutFromSquare }],
  ['wider and lower', { crop: wide, width: 48, height: 6, definition: cutFromSquare }],
  ['of odd sides, smaller', { crop: wide, width: 13, height: 9, definition: readInSquare }],
  ['of odd sides, larger', { crop: wide, width: 41, height: 35, definition: readInSquare }],
  ['narrow and higher', { crop: wide, width: 7, height: 61, definition: readInSquare }],
  ['of the crop’s size, in a corner', { crop: corner, width: 16, height: 24, definition: cutFromSquare }],
  ['of half its size, in a corner', { crop: corner, width: 8, height: 12, definition: cutFromSquare }],
  ['of its size, between pixels', { crop: odd, width: 17, height: 22, definition: cutFromSquare }],
  ['of twice its size, between pixels', { crop: odd, width: 34, height: 44, definition: cutFromSquare }],
  ['of half its size, between pixels', { crop: odd, width: 9, height: 11, definition: readInSquare }],
  ['a quarter of its size, between pixels', { crop: odd, width: 4, height: 5, definition: readInSquare }],
  ['of a crop that is all of the square', { crop: whole, width: 24, height: 16, definition: cutFromSquare }],
  ['of a line at the border', { crop: line, width: 3, height: 20, definition: readInSquare }],
]

async function label(weights: GeneratorWeights, labeler: Labeler, size: LabelSize) {
  const session = await engine.load(factoryGraph(weights, labeler, { truncation, size }).bytes)
  const { results } = await session.run({ z })
  await session.release()
  const shape = [1, size.height, size.width]
  expect(results.labels?.shape).toEqual(shape)
  expect(results.divergence?.shape).toEqual(shape)
  return {
    labels: uint8Data(results.labels, 'labels'),
    divergence: float32Data(results.divergence, 'divergence'),
    image: results.image,
  }
}

const share = (labels: Uint8Array, expected: readonly number[]): number =>
  labels.filter((part, pixel) => part === expected[pixel]).length / expected.length

describe.each(cases)('a label map %s', (_, { crop, definition, ...size }) => {
  const weights = readGenerator(croppedFile(crop))
  const features = definition(crop, size)

  test('is what the ensemble says of the square’s features there', async () => {
    const ensemble = randomEnsemble(tinyShape(), 1)
    const naive = naiveLabelling(features, ensemble)
    const { labels, divergence } = await label(weights, exactLabeler(ensemble, { size }), size)
    expect(share(labels, naive.labels)).toBeGreaterThanOrEqual(0.999)
    closeTo(divergence, naive.divergence, 1e-4)
  })

  test.each([8, 16])('is the same in strips of %i rows', async (rowsPerStrip) => {
    const ensemble = randomEnsemble(tinyShape(), 1)
    const naive = naiveLabelling(features, ensemble)
    const labeler = exactLabeler(ensemble, { size, rowsPerStrip })
    const { labels, divergence } = await label(weights, labeler, size)
    expect(share(labels, naive.labels)).toBeGreaterThanOrEqual(0.999)
    closeTo(divergence, naive.divergence, 1e-4)
  })

  test.each([4, 7, 48])('is what the student says of them, in bands of %i rows', async (rowsPerBand) => {
    const student = randomEnsemble(studentShape(tinyShape(), [9, 7]), 4)
    const raw = memberOutputs(student, 0, features)
    const expected = raw.map((row) => row.slice(0, 5)).map((logits) => logits.indexOf(Math.max(...logits)))
    const { labels, divergence } = await label(
      weights,
      studentLabeler(student, { size, members: 10, rowsPerBand }),
      size,
    )
    expect(share(labels, expected)).toBeGreaterThanOrEqual(0.999)
    // Ten members cannot disagree by more than ln 5 over five parts.
    const sure = raw.map((row) => Math.log(5) / (1 + Math.exp(-(row[5] ?? Number.NaN))))
    for (const [pixel, value] of sure.entries()) expect(divergence[pixel]).toBeCloseTo(value, 4)
  })

  test('is trained on the same features', async () => {
    const pixels = Array.from({ length: size.width * size.height }, (_, pixel) => pixel)
    const set = await collectFeatures(engine, weights, [{ seed, pixels }], { truncation, size })
    closeTo(set.features, features.flat(), 1e-5)
  })
})

describe('the image', () => {
  const size = { width: 8, height: 8 }
  const labeler = exactLabeler(randomEnsemble(tinyShape(), 1), { size })

  test.each([wide, corner, odd, line])('is the crop %o of the square one, with labels and without', async (crop) => {
    const weights = readGenerator(croppedFile(crop))
    const full = uint8Data((await label(tinyGenerator, labeler, size)).image, 'image')
    const expected = Array.from({ length: crop.height }, (_, y) => {
      const start = ((crop.y + y) * square + crop.x) * 3
      return [...full.subarray(start, start + crop.width * 3)]
    }).flat()
    const { image } = await label(weights, labeler, size)
    expect(image?.shape).toEqual([1, crop.height, crop.width, 3])
    expect([...uint8Data(image, 'image')]).toEqual(expected)
    const bare = await engine.load(imageGraph(weights, truncation).bytes)
    expect((await bare.run({ z })).results.image).toEqual(image)
  })
})

describe('of each tap no more is read than the label map needs', () => {
  const tensors = [4, 8, 16, 32].map((side) => input(`tap${side}`, 'float32', [1, 2, side, side]))
  const groups = (crop: Crop, size: LabelSize) =>
    groupTaps(tensors, { size, part: imagePart(readGenerator(croppedFile(crop))) }).map(({ height, width, isFull }) => [
      height,
      width,
      isFull,
    ])

  test('where its pixels are the label map’s, and rows beside the crop', () => {
    // 8 positions of 4 pixels each: rows 1 to 6 are the crop, and interpolation reads their neighbours.
    expect(groups(wide, { width: 32, height: 24 })).toEqual([
      [4, 4, false],
      [8, 8, false],
      [14, 16, false],
      [24, 32, true],
    ])
  })

  test('of larger ones as many pixels as the label map has', () => {
    expect(groups(corner, { width: 8, height: 12 })).toEqual([
      [4, 3, false],
      [7, 5, false],
      [12, 8, true],
    ])
  })
})
