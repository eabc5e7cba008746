import { afterAll, expect, test } from 'vitest'
import { type LabelSize, wholeSquare } from '../../../../functions/gpu/interpreter/labelFrame.ts'
import { pixelFeatures, pixelFeeds } from '../../../../functions/gpu/interpreter/pixelFeatures.ts'
import { interpolate, wholeAxis } from '../../../../functions/gpu/interpreter/sampling.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { closeTo } from '../../../support/close.ts'
import { at, type NdArray, ndArray } from '../../../support/reference/ndArray.ts'
import { resizeBilinear } from '../../../support/reference/spatial.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

/** Channels and side of each tap; two of the same side, as in a generator. */
const tapShapes = [
  [3, 4],
  [2, 8],
  [4, 8],
  [1, 16],
] as const
const random = createRandom(0, 'taps')
const taps: readonly NdArray[] = tapShapes.map(([channels, side]) =>
  ndArray(
    [1, channels, side, side],
    Array.from({ length: channels * side * side }, () => Math.fround(random.normal())),
  ),
)

/** The published construction: every tap enlarged to the label size, all put on top of each other, pixels picked. */
function naive(pixels: readonly number[], { width, height }: LabelSize): readonly number[] {
  const maps = taps.map((tap) => resizeBilinear(tap, height, width))
  return pixels.flatMap((pixel) =>
    maps.flatMap((map) =>
      Array.from({ length: map.shape[1] ?? 0 }, (_, channel) =>
        at(map, [0, channel, Math.floor(pixel / width), pixel % width]),
      ),
    ),
  )
}

async function gathered(pixels: readonly number[], size: LabelSize, known: boolean): Promise<Float32Array> {
  const inputs = tapShapes.map(([channels, side], index) => input(`tap${index}`, 'float32', [1, channels, side, side]))
  const features = pixelFeatures(inputs, known ? pixels.length : undefined)
  const session = await engine.load(buildModel({ name: 'features', outputs: { features } }).bytes)
  const feeds = taps.map(({ shape, data }, index) => [`tap${index}`, float32(Float32Array.from(data), shape)] as const)
  const sides = tapShapes.map(([, side]) => side)
  const { results } = await session.run({
    ...Object.fromEntries(feeds),
    ...pixelFeeds(sides, pixels, { size, part: wholeSquare }),
  })
  await session.release()
  expect(results.features?.shape).toEqual([pixels.length, 10])
  return float32Data(results.features, 'features')
}

test.each([
  ['as large as the largest tap', 16, 16],
  ['larger', 24, 24],
  ['smaller', 6, 6],
  ['wide', 20, 12],
  ['high, and of odd sides', 5, 17],
])('features equal the naive construction at every pixel of a label map that is %s', async (_, width, height) => {
  const pixels = Array.from({ length: width * height }, (_, pixel) => pixel)
  closeTo(await gathered(pixels, { width, height }, false), naive(pixels, { width, height }), 1e-5)
})

test('pixels are answered in the order in which they are asked for, twice if asked twice', async () => {
  const pixels = [170, 3, 3, 0, 239]
  const size = { width: 20, height: 12 }
  for (const known of [true, false]) closeTo(await gathered(pixels, size, known), naive(pixels, size), 1e-5)
})

test.each([
  // Half-pixel centres: (position + ½)·source / length − ½.
  [0, 4, 8, [0, 1, 0.5]],
  [1, 4, 4, [1, 2, 0]],
  [0, 8, 4, [0, 1, 0]],
  [3, 8, 4, [1, 2, 0.25]],
])('position %d of %d lies in a row of %d at %o', (position, length, source, expected) => {
  expect(interpolate(position, wholeAxis(length, source))).toEqual(expected)
})

test('beyond the last centre the last value counts alone', () => {
  const [first, second] = interpolate(7, wholeAxis(8, 4))
  expect([first, second]).toEqual([3, 3])
})
