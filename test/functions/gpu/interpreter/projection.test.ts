import { afterAll, describe, expect, test } from 'vitest'
import { type LabelSize, wholeSquare } from '../../../../functions/gpu/interpreter/labelFrame.ts'
import { groupWeight, projectTaps } from '../../../../functions/gpu/interpreter/projection.ts'
import { groupTaps } from '../../../../functions/gpu/interpreter/tapGroups.ts'
import { groupRows, layerTerms, projectBand, tileTaps } from '../../../../functions/gpu/interpreter/tiledProjection.ts'
import { tile, tileBands, untile } from '../../../../functions/gpu/interpreter/tiles.ts'
import { constant } from '../../../../functions/gpu/onnx/constant.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { concat, reshape, slice } from '../../../../functions/gpu/onnx/ops/layout.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { closeTo } from '../../../support/close.ts'
import { at, ndArray } from '../../../support/reference/ndArray.ts'
import { resizeBilinear } from '../../../support/reference/spatial.ts'
import { evaluate } from '../onnx/evaluate.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

const outputs = 3
const tapShapes = [
  [1, 5, 4, 4],
  [1, 4, 8, 8],
  [1, 3, 8, 8],
  [1, 2, 16, 16],
  [1, 2, 32, 32],
]
const features = 16
const random = createRandom(3, 'projection')
const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal())
const taps = tapShapes.map((shape) => ({ shape, data: draw(shape.reduce((product, axis) => product * axis, 1)) }))
/** [features, outputs] */
const weight = draw(features * outputs)
const bias = draw(outputs)

/** Enlarge every tap, join the channels, apply the layer to every pixel: [pixels, outputs] in float64. */
function enlargedFirst({ width, height }: LabelSize): number[] {
  const maps = taps.map(({ shape, data }) => resizeBilinear(ndArray(shape, data), height, width))
  return Array.from({ length: height * width }, (_, pixel) => {
    const x = maps.flatMap((map) =>
      Array.from({ length: map.shape[1] ?? 0 }, (_, channel) =>
        at(map, [0, channel, Math.floor(pixel / width), pixel % width]),
      ),
    )
    return Array.from(bias, (start, output) =>
      x.reduce((sum, value, place) => sum + value * (weight[place * outputs + output] ?? Number.NaN), start),
    )
  }).flat()
}

/** [outputs, pixels] → [pixels, outputs]. */
function pixelsFirst(values: readonly number[]): number[] {
  const pixels = values.length / outputs
  return Array.from({ length: values.length }, (_, index) => {
    const [pixel, output] = [Math.floor(index / outputs), index % outputs]
    return values[output * pixels + pixel] ?? Number.NaN
  })
}

const tapTensors = () => taps.map(({ shape, data }) => constant(data, shape))

describe.each([
  { width: 32, height: 32 },
  { width: 16, height: 16 },
  { width: 4, height: 4 },
  { width: 40, height: 24 },
  { width: 17, height: 33 },
  { width: 70, height: 9 },
])('a layer on a label map of $width × $height', (size) => {
  const expected = enlargedFirst(size)
  const tolerance = { absolute: 1e-4 }

  test.each([4, 13, 100])('is the same before and after enlarging, in bands of %i rows', async (rows) => {
    const groups = groupTaps(tapTensors(), { size, part: wholeSquare })
    const weights = groups.map((group) => constant(groupWeight(weight, outputs, group), [outputs, group.channels]))
    const bands = projectTaps(groups, weights, constant(bias, [outputs, 1]), size, rows)
    expect(bands.map(({ start }) => start)).toEqual([0, ...bands.slice(0, -1).map(({ end }) => end)])
    const hidden = reshape(
      concat(
        bands.map((band) => band.hidden),
        1,
      ),
      [outputs * size.height * size.width],
    )
    closeTo(pixelsFirst([...((await evaluate(engine, { hidden })).hidden ?? [])]), expected, tolerance)
  })

  test.each([8, 16, 100])('is the same tile by tile, in bands of %i rows', async (rows) => {
    const tiling = tile(size)
    const groups = groupTaps(tapTensors(), { size, part: wholeSquare })
    const tiled = tileTaps(groups, tiling, tileBands(tiling, rows))
    const weights = groups.map((group) =>
      constant(groupRows(weight, 1, features, outputs, group), [group.channels, outputs]),
    )
    const terms = layerTerms(tiled, weights, constant(bias, [1, outputs]))
    const all = concat(
      tiled.bands.map((band) => projectBand(band, terms)),
      0,
    )
    const pixels = tiled.bands.reduce((sum, band) => sum + band.pixels, 0)
    const hidden = concat(
      Array.from({ length: outputs }, (_, output) =>
        untile(tiling, reshape(slice(all, [{ axis: 1, start: output, end: output + 1 }]), [pixels])),
      ),
      0,
    )
    closeTo(pixelsFirst([...((await evaluate(engine, { hidden })).hidden ?? [])]), expected, tolerance)
  })
})

test('taps of one size form one group, and larger ones join that of the label map', () => {
  const groups = groupTaps(tapTensors(), { size: { width: 16, height: 16 }, part: wholeSquare })
  expect(groups.map(({ height, width, channels }) => [height, width, channels])).toEqual([
    [4, 4, 5],
    [8, 8, 7],
    [16, 16, 4],
  ])
  expect(groups.flatMap(({ places }) => places)).toEqual(Array.from({ length: features }, (_, place) => place))
})
