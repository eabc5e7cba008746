/** Reordering of convolution kernels. */
import { knownShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { reshape, transpose } from './layout.ts'
import { matmul } from './linear.ts'
import { fixedMatrix, matrixTensor } from './separable.ts'

/** Rows or columns of a kernel. */
export interface TapRange {
  readonly start: number
  readonly count: number
}

/**
 * A rectangle of a kernel's elements.
 * @param weight [outputs, channels, rows, columns]
 */
export function keptTaps(weight: Tensor, rows: TapRange, columns: TapRange): Tensor {
  const [outputs = 0, channels = 0, height = 0, width = 0] = knownShape(weight, 'a kernel')
  if (rows.count === height && columns.count === width) return weight
  const places = Array.from({ length: rows.count * columns.count }, (_, index) => {
    const row = rows.start + Math.floor(index / columns.count)
    return row * width + columns.start + (index % columns.count)
  })
  const picked = pickedTaps(reshape(weight, [outputs * channels, height * width]), places)
  return reshape(picked, [outputs, channels, rows.count, columns.count])
}

/**
 * The kernel of the convolution that takes gradients back to the image: inputs and outputs of each group swapped, rows
 * and columns reversed.
 * @param weight [outputs, channels / groups, rows, columns]
 * @returns [channels, outputs / groups, rows, columns]
 */
export function turnedKernel(weight: Tensor, groups: number): Tensor {
  const [outputs = 0, channelsPerGroup = 0, rows = 0, columns = 0] = knownShape(weight, 'a kernel')
  const taps = rows * columns
  const swapped = transpose(reshape(weight, [groups, outputs / groups, channelsPerGroup, taps]), [0, 2, 1, 3])
  const listed = reshape(swapped, [outputs * channelsPerGroup, taps])
  const reversed = Array.from({ length: taps }, (_, index) => taps - 1 - index)
  return reshape(pickedTaps(listed, reversed), [groups * channelsPerGroup, outputs / groups, rows, columns])
}

/**
 * Some elements of every kernel, or all in another order, as a product with zeros and ones: ONNX Runtime's Slice took
 * three times as long over axes as short as these, and Pad, which the gradient of Slice needs, seven times.
 * @param kernels [kernels, taps]
 * @returns [kernels, places]
 */
function pickedTaps(kernels: Tensor, places: readonly number[]): Tensor {
  const [, taps = 0] = knownShape(kernels, 'a kernel')
  if (places.length === taps && places.every((place, index) => place === index)) return kernels
  const choice = fixedMatrix(taps, places.length, (tap, place) => (places[place] === tap ? 1 : 0))
  return matmul(kernels, matrixTensor(choice, kernels))
}
