import { add, mul } from '../../../../../functions/gpu/onnx/ops/elementwise.ts'
import {
  imageAxes,
  imageBatchNormInference,
  imageBatchNormTraining,
} from '../../../../../functions/gpu/onnx/ops/imageNormalization.ts'
import { concat as join, reshape as shaped } from '../../../../../functions/gpu/onnx/ops/layout.ts'
import * as ops from '../../../../../functions/gpu/onnx/ops/normalization.ts'
import type { Tensor } from '../../../../../functions/gpu/onnx/tensor.ts'
import { map, zip } from '../../../../support/reference/elementwise.ts'
import { concat, reshape, slice } from '../../../../support/reference/layout.ts'
import { type NdArray, ndArray } from '../../../../support/reference/ndArray.ts'
import { batchNorm, batchStatistics } from '../../../../support/reference/normalization.ts'
import { numbers, type OpCase } from './opCase.ts'

const epsilon = 1e-5
const axes = [0, 2, 3]

export const normalizationCases: readonly OpCase[] = [
  {
    name: 'batchNormTraining of an image batch',
    inputs: [numbers(900, [2, 3, 2, 2]), numbers(901, [1, 3, 1, 1], 0.5, 2), numbers(902, [1, 3, 1, 1])],
    graph: (x, scale, shift) => ops.batchNormTraining(x, scale, shift, { axes }).y,
    reference: (x, scale, bias) => trained(x, scale, bias),
  },
  {
    name: 'batchNormTraining of three members with a batch each',
    inputs: [numbers(903, [3, 5, 2]), numbers(904, [3, 1, 2], 0.5, 2), numbers(905, [3, 1, 2])],
    graph: (x, scale, shift) => ops.batchNormTraining(x, scale, shift, { axes: [1] }).y,
    reference: (x, scale, bias) =>
      concat(
        [0, 1, 2].map((member) => {
          const own = (array: NdArray): NdArray => slice(array, [{ axis: 0, start: member, end: member + 1 }])
          const y = trained(reshape(own(x), [5, 2]), own(scale), own(bias))
          return reshape(y, [1, 5, 2])
        }),
        0,
      ),
  },
  {
    name: 'batchNormInference',
    inputs: [
      numbers(906, [2, 3, 2, 2]),
      numbers(907, [1, 3, 1, 1], 0.5, 2),
      numbers(908, [1, 3, 1, 1]),
      numbers(909, [1, 3, 1, 1]),
      numbers(910, [1, 3, 1, 1], 0.5, 2),
    ],
    graph: (x, scale, shift, mean, variance) => ops.batchNormInference(x, scale, shift, { mean, variance }),
    reference: (x, scale, bias, mean, variance) =>
      batchNorm(x, {
        scale: flat(scale),
        bias: flat(bias),
        statistics: { mean: flat(mean), variance: flat(variance) },
        epsilon,
      }),
  },
  {
    name: 'updateStatistics: running mean, then running variance',
    inputs: [numbers(911, [2, 3, 2, 2]), numbers(912, [1, 3, 1, 1]), numbers(913, [1, 3, 1, 1], 0.5, 2)],
    graph: (x, mean, variance) => {
      const { statistics } = ops.batchNormTraining(x, mean, variance, { axes })
      const updated = ops.updateStatistics({ mean, variance }, statistics, x, { axes }, 0.25)
      return join([updated.mean, updated.variance], 0)
    },
    reference: (x, mean, variance) => {
      const batch = batchStatistics(x)
      // Of 2·2·2 = 8 numbers for each channel, and as PyTorch counts the variance of a sample: by 8 − 1.
      const unbiased = map(batch.variance, (biased) => (biased * 8) / 7)
      const blend = (old: NdArray, now: NdArray): NdArray =>
        reshape(
          zip(flat(old), now, (before, value) => 0.75 * before + 0.25 * value),
          [1, 3, 1, 1],
        )
      return concat([blend(mean, batch.mean), blend(variance, unbiased)], 0)
    },
  },
  {
    name: 'imageBatchNormTraining',
    inputs: [numbers(920, [2, 3, 2, 3]), numbers(921, [3], 0.5, 2), numbers(922, [3])],
    graph: (x, scale, shift) => imageBatchNormTraining(x, scale, shift).y,
    reference: (x, scale, bias) => trained(x, scale, bias),
  },
  {
    name: 'imageBatchNormTraining far from zero, with an epsilon that counts',
    inputs: [numbers(923, [3, 2, 2, 2], 4, 6), numbers(924, [2], -2, -0.5), numbers(925, [2])],
    graph: (x, scale, shift) => imageBatchNormTraining(x, scale, shift, 0.5).y,
    reference: (x, scale, bias) => batchNorm(x, { scale, bias, statistics: batchStatistics(x), epsilon: 0.5 }),
  },
  {
    name: 'imageBatchNormTraining and its statistics, differentiated together',
    inputs: [numbers(926, [2, 3, 2, 2]), numbers(927, [3], 0.5, 2), numbers(928, [3])],
    graph: (x, scale, shift) => {
      const { y, statistics } = imageBatchNormTraining(x, scale, shift)
      const updated = ops.updateStatistics({ mean: shift, variance: scale }, statistics, x, { axes: imageAxes })
      return add(mul(y, 2), channels(mul(updated.mean, updated.variance)))
    },
    reference: (x, scale, bias) => {
      const { mean, variance } = batchStatistics(x)
      // 2·2·2 = 8 numbers for each channel; the momentum is PyTorch's 0.1.
      const blend = (old: NdArray, now: NdArray): NdArray =>
        zip(old, now, (before, value) => 0.9 * before + 0.1 * value)
      const unbiased = map(variance, (biased) => (biased * 8) / 7)
      const product = zip(blend(bias, mean), blend(scale, unbiased), (left, right) => left * right)
      return zip(
        map(trained(x, scale, bias), (value) => 2 * value),
        reshape(product, [1, 3, 1, 1]),
        (y, p) => y + p,
      )
    },
  },
  {
    name: 'imageBatchNormInference',
    inputs: [
      numbers(929, [2, 3, 2, 2]),
      numbers(930, [3], 0.5, 2),
      numbers(931, [3]),
      numbers(932, [3]),
      numbers(933, [3], 0.5, 2),
    ],
    graph: (x, scale, shift, mean, variance) => imageBatchNormInference(x, scale, shift, { mean, variance }),
    reference: (x, scale, bias, mean, variance) =>
      batchNorm(x, { scale, bias, statistics: { mean, variance }, epsilon }),
  },
]

function channels(vector: Tensor): Tensor {
  return shaped(vector, [1, 3, 1, 1])
}

function trained(x: NdArray, scale: NdArray, bias: NdArray): NdArray {
  return batchNorm(x, { scale: flat(scale), bias: flat(bias), statistics: batchStatistics(x), epsilon })
}

function flat(array: NdArray): NdArray {
  return ndArray([array.data.length], array.data)
}
