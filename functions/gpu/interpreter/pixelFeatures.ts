/**
 * Pixel features: what the generator's taps hold at a pixel, bilinearly interpolated at the label resolution
 * (align_corners = False) and concatenated in the order of the taps. They are gathered only where asked for; a map of
 * all features in full size never exists.
 */

import { constant } from '../onnx/constant.ts'
import { float32, type HostTensor, int32 } from '../onnx/hostTensor.ts'
import { add, mul } from '../onnx/ops/elementwise.ts'
import { concat, gather, reshape, transpose } from '../onnx/ops/layout.ts'
import { knownLength, knownShape } from '../onnx/shape.ts'
import { type Dimension, input, type Tensor } from '../onnx/tensor.ts'
import { type LabelFrame, samplings } from './labelFrame.ts'
import { interpolate } from './sampling.ts'

export type { LabelSize } from './labelFrame.ts'

/** A tap's interpolation at some pixels: four neighbours and their weights. */
interface Neighbours {
  readonly index: Int32Array
  readonly weight: Float32Array
}

/**
 * @param taps [1, channels, side, side] each
 * @param pixels how many, where that is known when the graph is built
 * @returns [pixels, D]. The graph gets two inputs for each side that occurs: `index<side>` int32 [4, pixels] and
 *   `weight<side>` float32 [4, pixels, 1], made by `pixelFeeds`.
 */
export function pixelFeatures(taps: readonly Tensor[], pixels: Dimension = 'pixels'): Tensor {
  return featuresOfRows(taps.map(tapRows), pixels)
}

/** A tap with what it holds at a position side by side. @param tap [1, channels, side, side] @returns [side · side, channels] */
export function tapRows(tap: Tensor): Tensor {
  const [, channels = 0, side = 0] = knownShape(tap, 'tapRows')
  return transpose(reshape(tap, [channels, side * side]), [1, 0])
}

/** The same as `pixelFeatures`. @param rows what `tapRows` made of each tap */
export function featuresOfRows(rows: readonly Tensor[], pixels: Dimension = 'pixels'): Tensor {
  const corners = new Map<number, readonly Corner[]>()
  return concat(
    rows.map((tap) => {
      const side = Math.sqrt(knownLength(tap, 0, 'featuresOfRows'))
      const known = corners.get(side) ?? cornersOf(side, pixels)
      corners.set(side, known)
      return known.map(({ index, weight }) => mul(gather(tap, index), weight)).reduce((sum, part) => add(sum, part))
    }),
    1,
  )
}

/** One of the four neighbours of every pixel: int32 [pixels] places, and [pixels, 1] shares. */
interface Corner {
  readonly index: Tensor
  readonly weight: Tensor
}

function cornersOf(side: number, pixels: Dimension): readonly Corner[] {
  const indices = input(`index${side}`, 'int32', [4, pixels])
  const weights = input(`weight${side}`, 'float32', [4, pixels, 1])
  return [0, 1, 2, 3].map((corner) => {
    const place = constant(Int32Array.of(corner), [])
    return { index: gather(indices, place), weight: gather(weights, place) }
  })
}

/** The inputs of `pixelFeatures` for the given pixels (indices into a row-major label map). */
export function pixelFeeds(
  sides: readonly number[],
  pixels: ArrayLike<number>,
  frame: LabelFrame,
): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {}
  for (const side of new Set(sides)) {
    const { index, weight } = neighbours(side, pixels, frame)
    feeds[`index${side}`] = int32(index, [4, pixels.length])
    feeds[`weight${side}`] = float32(weight, [4, pixels.length, 1])
  }
  return feeds
}

function neighbours(side: number, pixels: ArrayLike<number>, frame: LabelFrame): Neighbours {
  const { rows, columns } = samplings(frame, side)
  const count = pixels.length
  const index = new Int32Array(4 * count)
  const weight = new Float32Array(4 * count)
  for (let place = 0; place < count; place++) {
    const pixel = pixels[place] ?? 0
    const [left, right, toRight] = interpolate(pixel % columns.length, columns)
    const [top, bottom, toBottom] = interpolate(Math.floor(pixel / columns.length), rows)
    const corners = [
      [top, left, (1 - toBottom) * (1 - toRight)],
      [top, right, (1 - toBottom) * toRight],
      [bottom, left, toBottom * (1 - toRight)],
      [bottom, right, toBottom * toRight],
    ] as const
    for (const [corner, [row, column, share]] of corners.entries()) {
      index[corner * count + place] = row * side + column
      weight[corner * count + place] = share
    }
  }
  return { index, weight }
}
