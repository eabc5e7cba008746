import * as pooling from '../../../../../functions/gpu/onnx/ops/pooling.ts'
import { mean } from '../../../../support/reference/reductions.ts'
import * as exact from '../../../../support/reference/spatial.ts'
import { distinct, numbers, type OpCase } from './opCase.ts'

const pools: readonly (readonly [x: readonly number[], options: pooling.PoolingOptions])[] = [
  [[2, 2, 4, 6], { kernel: [2, 2] }],
  [[1, 2, 7, 7], { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  [[1, 1, 5, 6], { kernel: [3, 2], strides: [1, 3], pads: [0, 1, 2, 0] }],
  [[1, 2, 6, 5], { kernel: [2, 1], strides: [3, 2] }],
  [[1, 1, 6, 6], { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }],
]

export const poolingCases: readonly OpCase[] = [
  ...pools.flatMap(([x, options], seed): readonly OpCase[] => [
    {
      name: `maxPool of [${x}] ${JSON.stringify(options)}`,
      inputs: [distinct(1120 + seed, x)],
      graph: (image) => pooling.maxPool(image, options),
      reference: (image) => exact.maxPool(image, options.kernel, { strides: options.kernel, ...options }),
    },
    {
      name: `averagePool of [${x}] ${JSON.stringify(options)}`,
      inputs: [numbers(1130 + seed, x)],
      graph: (image) => pooling.averagePool(image, options),
      reference: (image) => exact.averagePool(image, options.kernel, { strides: options.kernel, ...options }),
    },
  ]),
  {
    name: 'globalAveragePool',
    inputs: [numbers(1140, [2, 3, 4, 3])],
    graph: pooling.globalAveragePool,
    reference: (image) => mean(image, [2, 3], true),
  },
]
