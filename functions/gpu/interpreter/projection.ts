/**
 * The first linear layer of a pixel classifier, applied to the taps at their own resolution and enlarged afterwards.
 * Resizing acts on space and the layer on channels, so that
 *
 *     W·concat(up(S₁), …, up(S_k)) + b = Σᵢ up(Wᵢ·Sᵢ) + b
 *
 * and no map of all features in full size ever exists. Maps of one resolution are added before they are enlarged.
 * Enlarging is separable: first along x, then along y as one matrix product per band of rows over the stacked rows of
 * all resolutions.
 */
import { constant } from '../onnx/constant.ts'
import { add } from '../onnx/ops/elementwise.ts'
import { concat, reshape, slice, transpose } from '../onnx/ops/layout.ts'
import { matmul } from '../onnx/ops/linear.ts'
import { knownShape } from '../onnx/shape.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { interpolationMatrix, pieces } from './interpolationMatrix.ts'
import type { LabelSize } from './labelFrame.ts'
import { coincides, type Range, type Sampling, sourceRange } from './sampling.ts'
import type { TapGroup } from './tapGroups.ts'

/**
 * The columns of a layer that belong to one group of taps, as the left factor of a matrix product.
 * @param weight [features, outputs]
 * @returns [outputs, channels of the group], row-major
 */
export function groupWeight(weight: Float32Array, outputs: number, { places }: TapGroup): Float32Array {
  const result = new Float32Array(outputs * places.length)
  for (const [column, place] of places.entries())
    for (let output = 0; output < outputs; output++)
      result[output * places.length + column] = weight[place * outputs + output] ?? 0
  return result
}

/** Bands of label rows that are worked on one after another, so that what lies between fits into the cache. */
export interface Band extends Range {
  /** [channels, rows, width] the enlarged first layer. */
  readonly hidden: Tensor
}

/**
 * @param groups the taps
 * @param weights one [channels, channels of the group] per group
 * @param bias [channels, 1], added once, at the lowest resolution: interpolation weights add up to one
 * @param rows label rows per band
 */
export function projectTaps(
  groups: readonly TapGroup[],
  weights: readonly Tensor[],
  bias: Tensor,
  size: LabelSize,
  rows: number,
): readonly Band[] {
  const maps = groups.map((group, index) => {
    const weight = weights[index]
    if (weight === undefined) throw new TypeError('every group of taps needs its weight')
    const projected = matmul(weight, group.features)
    const [channels = 0] = knownShape(projected, 'projectTaps')
    const biased = index === 0 ? add(projected, bias) : projected
    return { group, map: widen(reshape(biased, [channels, group.height, group.width]), group.columns) }
  })
  return pieces(size.height, rows).map((band) => {
    const stacked: Tensor[] = []
    const factors: { readonly matrix: Float32Array; readonly columns: number }[] = []
    for (const { group, map } of maps) {
      const source = sourceRange(band, group.rows)
      stacked.push(slice(map, [{ axis: 1, start: source.start, end: source.end }]))
      factors.push({
        matrix: interpolationMatrix(band, source, group.rows),
        columns: source.end - source.start,
      })
    }
    return { ...band, hidden: matmul(beside(factors, band.end - band.start), concat(stacked, 1)) }
  })
}

/** Largest source side that is widened by one dense product; above it, blocks of columns skip the zeros. */
const denseColumns = 128

/** Interpolates along x: [channels, height, width] → [channels, height, label columns]. */
function widen(map: Tensor, sampling: Sampling): Tensor {
  const [channels = 0, height = 0, width = 0] = knownShape(map, 'widen')
  if (coincides(sampling)) return map
  const { length } = sampling
  const blocks = pieces(length, width <= denseColumns ? length : denseColumns).map((block) => {
    const source = sourceRange(block, sampling)
    const matrix = interpolationMatrix(block, source, sampling)
    const columns = source.end - source.start
    const factor = transpose(constant(matrix, [block.end - block.start, columns]), [1, 0])
    const part = columns === width ? map : slice(map, [{ axis: 2, start: source.start, end: source.end }])
    return reshape(matmul(reshape(part, [channels * height, columns]), factor), [
      channels,
      height,
      block.end - block.start,
    ])
  })
  return concat(blocks, 2)
}

/** Matrices with the same rows, side by side. */
function beside(factors: readonly { readonly matrix: Float32Array; readonly columns: number }[], rows: number): Tensor {
  const width = factors.reduce((sum, { columns }) => sum + columns, 0)
  const joined = new Float32Array(rows * width)
  let start = 0
  for (const { matrix, columns } of factors) {
    for (let row = 0; row < rows; row++)
      joined.set(matrix.subarray(row * columns, (row + 1) * columns), row * width + start)
    start += columns
  }
  return constant(joined, [rows, width])
}
