import * as convolution from '../../../../../functions/gpu/onnx/ops/convolution.ts'
import * as pooling from '../../../../../functions/gpu/onnx/ops/pooling.ts'
import { bilinearResize } from '../../../../../functions/gpu/onnx/ops/resize.ts'
import { mean } from '../../../../support/reference/reductions.ts'
import * as exact from '../../../../support/reference/spatial.ts'
import { distinct, numbers, type OpCase } from './opCase.ts'

type Shape = readonly number[]

const convolutions: readonly (readonly [x: Shape, weight: Shape, options: convolution.ConvolutionOptions])[] = [
  [[2, 3, 5, 4], [4, 3, 1, 1], {}],
  [[1, 2, 5, 6], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }],
  [[1, 2, 7, 6], [3, 2, 3, 2], { strides: [2, 3], pads: [0, 1, 2, 0] }],
  [[2, 2, 7, 7], [2, 2, 3, 3], { dilations: [2, 3] }],
  [[1, 4, 5, 5], [6, 2, 3, 3], { groups: 2, pads: [1, 1, 1, 1] }],
  [[1, 3, 5, 5], [3, 1, 3, 3], { groups: 3, strides: [2, 2], pads: [1, 1, 1, 1] }],
]

const transposed: readonly (readonly [x: Shape, weight: Shape, options: convolution.ConvolutionTransposeOptions])[] = [
  [[2, 3, 4, 3], [3, 2, 3, 3], {}],
  [[1, 2, 4, 4], [2, 3, 6, 6], { strides: [2, 2], pads: [2, 2, 2, 2] }],
  [[1, 2, 3, 4], [2, 3, 3, 2], { strides: [2, 3], pads: [1, 0, 0, 1], outputPadding: [1, 2] }],
  [[1, 2, 4, 3], [2, 2, 3, 3], { dilations: [2, 1] }],
  [[1, 4, 3, 3], [4, 3, 3, 3], { groups: 2, strides: [2, 2] }],
  [[1, 3, 4, 4], [3, 1, 4, 4], { groups: 3, strides: [2, 2], pads: [1, 1, 1, 1] }],
]

const sizes: readonly (readonly [x: Shape, size: readonly [number, number]])[] = [
  [
    [2, 3, 4, 4],
    [8, 8],
  ],
  [
    [1, 2, 4, 6],
    [7, 9],
  ],
  [
    [1, 2, 8, 8],
    [4, 4],
  ],
  [
    [1, 1, 9, 7],
    [4, 5],
  ],
  [
    [1, 2, 3, 5],
    [3, 8],
  ],
  [
    [1, 2, 1, 1],
    [3, 2],
  ],
  [
    [1, 2, 3, 3],
    [3, 3],
  ],
]

const pools: readonly (readonly [x: Shape, options: pooling.PoolingOptions])[] = [
  [[2, 2, 4, 6], { kernel: [2, 2] }],
  [[1, 2, 7, 7], { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  [[1, 1, 5, 6], { kernel: [3, 2], strides: [1, 3], pads: [0, 1, 2, 0] }],
]

export const spatialCases: readonly OpCase[] = [
  ...convolutions.map(
    ([x, weight, options], seed): OpCase => ({
      name: `convolution of [${x}] with [${weight}] ${JSON.stringify(options)}`,
      inputs: [numbers(1000 + seed, x), numbers(1020 + seed, weight), numbers(1040 + seed, weight.slice(0, 1))],
      graph: (image, kernel, bias) => convolution.convolution(image, kernel, bias, options),
      reference: (image, kernel, bias) => exact.conv2d(image, kernel, { ...options, bias }),
      withoutGradient: 'Conv',
    }),
  ),
  ...transposed.map(
    ([x, weight, options], seed): OpCase => ({
      name: `convolutionTranspose of [${x}] with [${weight}] ${JSON.stringify(options)}`,
      inputs: [numbers(1060 + seed, x), numbers(1080 + seed, weight)],
      graph: (image, kernel) => convolution.convolutionTranspose(image, kernel, undefined, options),
      reference: (image, kernel) => exact.convTranspose2d(image, kernel, options),
      withoutGradient: 'ConvTranspose',
    }),
  ),
  {
    name: 'convolutionTranspose with a bias',
    inputs: [numbers(1100, [1, 2, 3, 3]), numbers(1101, [2, 3, 2, 2]), numbers(1102, [3])],
    graph: (image, kernel, bias) => convolution.convolutionTranspose(image, kernel, bias),
    reference: (image, kernel, bias) => exact.convTranspose2d(image, kernel, { bias }),
    withoutGradient: 'ConvTranspose',
  },
  ...sizes.map(
    ([x, size], seed): OpCase => ({
      name: `bilinearResize of [${x}] to [${size}]`,
      inputs: [numbers(1110 + seed, x)],
      graph: (image) => bilinearResize(image, size),
      reference: (image) => exact.resizeBilinear(image, ...size),
      // A size that stays is no operator at all.
      ...(size.every((length, axis) => length === x[axis + 2]) ? {} : { withoutGradient: 'Resize' }),
    }),
  ),
  ...pools.flatMap(([x, options], seed): readonly OpCase[] => [
    {
      name: `maxPool of [${x}] ${JSON.stringify(options)}`,
      inputs: [distinct(1120 + seed, x)],
      graph: (image) => pooling.maxPool(image, options),
      reference: (image) => exact.maxPool(image, options.kernel, { strides: options.kernel, ...options }),
      withoutGradient: 'MaxPool',
    },
    {
      name: `averagePool of [${x}] ${JSON.stringify(options)}`,
      inputs: [numbers(1130 + seed, x)],
      graph: (image) => pooling.averagePool(image, options),
      reference: (image) => exact.averagePool(image, options.kernel, { strides: options.kernel, ...options }),
      withoutGradient: 'AveragePool',
    },
  ]),
  {
    name: 'globalAveragePool',
    inputs: [numbers(1140, [2, 3, 4, 3])],
    graph: pooling.globalAveragePool,
    reference: (image) => mean(image, [2, 3], true),
  },
]
