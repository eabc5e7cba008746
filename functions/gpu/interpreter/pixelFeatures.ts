/**
 * Pixel features: what the generator's taps hold at a pixel, bilinearly interpolated at the label resolution
 * (align_corners = False) and concatenated in the order of the taps. They are gathered only where asked for; a map of
 * all features in full size never exists.
 */

import { constant } from '../onnx/constant.ts'
import { float32, type HostTensor, int32 } from '../onnx/hostTensor.ts'
import { add, mul } from '../onnx/ops/elementwise.ts'
import { concat, gather, reshape, transpose } from '../onnx/ops/layout.ts'
import { knownShape } from '../onnx/shape.ts'
import { type Dimension, input, type Tensor } from '../onnx/tensor.ts'

export interface LabelSize {
  readonly width: number
  readonly height: number
}

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
  const corners = new Map<number, readonly Corner[]>()
  return concat(
    taps.map((tap) => {
      const [, channels = 0, side = 0] = knownShape(tap, 'pixelFeatures')
      const known = corners.get(side) ?? cornersOf(side, pixels)
      corners.set(side, known)
      const rows = transpose(reshape(tap, [channels, side * side]), [1, 0])
      return known.map(({ index, weight }) => mul(gather(rows, index), weight)).reduce((sum, part) => add(sum, part))
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
  size: LabelSize,
): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {}
  for (const side of new Set(sides)) {
    const { index, weight } = neighbours(side, pixels, size)
    feeds[`index${side}`] = int32(index, [4, pixels.length])
    feeds[`weight${side}`] = float32(weight, [4, pixels.length, 1])
  }
  return feeds
}

function neighbours(side: number, pixels: ArrayLike<number>, { width, height }: LabelSize): Neighbours {
  const count = pixels.length
  const index = new Int32Array(4 * count)
  const weight = new Float32Array(4 * count)
  for (let place = 0; place < count; place++) {
    const pixel = pixels[place] ?? 0
    const [left, right, toRight] = interpolate(pixel % width, width, side)
    const [top, bottom, toBottom] = interpolate(Math.floor(pixel / width), height, side)
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

/**
 * Linear interpolation with half-pixel centres along one axis.
 * @returns the two source positions, and the share of the second
 */
export function interpolate(position: number, length: number, sourceLength: number): readonly [number, number, number] {
  const source = Math.max(0, ((position + 0.5) * sourceLength) / length - 0.5)
  const first = Math.min(Math.floor(source), sourceLength - 1)
  return [first, Math.min(first + 1, sourceLength - 1), source - first]
}
