import { add, div, map, mul, sub } from './elementwise.ts'
import { reshape } from './layout.ts'
import { axisOf, type NdArray } from './ndArray.ts'
import { mean } from './reductions.ts'

export interface Statistics {
  readonly mean: NdArray
  /** Divided by the count, not by the count less one. */
  readonly variance: NdArray
}

/** Mean and variance of every channel over all other axes. */
export function batchStatistics(array: NdArray, channelAxis = 1): Statistics {
  const channel = axisOf(array, channelAxis)
  const others = array.shape.map((_, axis) => axis).filter((axis) => axis !== channel)
  const centre = mean(array, others, true)
  const variance = mean(
    map(sub(array, centre), (difference) => difference ** 2),
    others,
  )
  return { mean: reshape(centre, [-1]), variance }
}

/**
 * (array − mean) / √(variance + epsilon) · scale + bias, channel by channel. In training, mean and variance are those of
 * the batch, `batchStatistics(array)`; at inference, the running ones.
 *
 * @param scale - `[channels]`, as are bias, mean and variance
 */
export function batchNorm(
  array: NdArray,
  {
    scale,
    bias,
    statistics,
    epsilon,
    channelAxis = 1,
  }: {
    readonly scale: NdArray
    readonly bias: NdArray
    readonly statistics: Statistics
    readonly epsilon: number
    readonly channelAxis?: number
  },
): NdArray {
  const channel = axisOf(array, channelAxis)
  const spread = (values: NdArray) =>
    reshape(
      values,
      array.shape.map((length, axis) => (axis === channel ? length : 1)),
    )
  const deviation = map(spread(statistics.variance), (variance) => Math.sqrt(variance + epsilon))
  return add(mul(div(sub(array, spread(statistics.mean)), deviation), spread(scale)), spread(bias))
}
