/** Batch normalization (Ioffe and Szegedy 2015), composed of differentiable operators. */
import { scalar } from '../constant.ts'
import { knownLength } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, div, mul, sqrt, sub } from './elementwise.ts'
import { reduceMean } from './reduce.ts'

export interface BatchNormOptions {
  /** Axes over which mean and variance are taken: every axis but the channels'. */
  readonly axes: readonly number[]
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number
}

export interface BatchStatistics {
  readonly mean: Tensor
  /** Biased: divided by the number of items. */
  readonly variance: Tensor
}

/**
 * Training: normalizes with the batch's own statistics.
 * @param scale, shift broadcastable against x with length 1 in the reduced axes
 * @returns the result, and the statistics (kept axes) for the running averages
 */
export function batchNormTraining(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  { axes, epsilon = 1e-5 }: BatchNormOptions,
): { readonly y: Tensor; readonly statistics: BatchStatistics } {
  const mean = reduceMean(x, axes, { keepDimensions: true })
  const centered = sub(x, mean)
  const variance = reduceMean(mul(centered, centered), axes, { keepDimensions: true })
  const deviation = sqrt(add(variance, epsilon))
  return { y: add(mul(centered, div(scale, deviation)), shift), statistics: { mean, variance } }
}

/** Inference: normalizes with given statistics. */
export function batchNormInference(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  { mean, variance }: BatchStatistics,
  epsilon = 1e-5,
): Tensor {
  return add(mul(sub(x, mean), div(scale, sqrt(add(variance, epsilon)))), shift)
}

/**
 * Running averages after one more batch, as PyTorch keeps them: (1 − momentum)·running + momentum·batch, with the
 * variance made unbiased by n / (n − 1).
 * @param x the normalized tensor, of which n is counted
 * @param momentum weight of the new batch, default 0.1
 */
export function updateStatistics(
  running: BatchStatistics,
  batch: BatchStatistics,
  x: Tensor,
  { axes }: BatchNormOptions,
  momentum = 0.1,
): BatchStatistics {
  const count = axes.reduce((product, axis) => product * knownLength(x, axis, 'batch normalization'), 1)
  const unbiased = mul(batch.variance, scalar(count / Math.max(1, count - 1), x.dtype))
  const blend = (old: Tensor, value: Tensor): Tensor => add(mul(old, 1 - momentum), mul(value, momentum))
  return { mean: blend(running.mean, batch.mean), variance: blend(running.variance, unbiased) }
}
