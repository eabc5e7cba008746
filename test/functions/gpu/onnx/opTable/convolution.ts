import * as convolution from '../../../../../functions/gpu/onnx/ops/convolution.ts'
import * as exact from '../../../../support/reference/spatial.ts'
import { numbers, type OpCase } from './opCase.ts'

type Shape = readonly number[]

const convolutions: readonly (readonly [x: Shape, weight: Shape, options: convolution.ConvolutionOptions])[] = [
  [[2, 3, 5, 4], [4, 3, 1, 1], {}],
  [[1, 2, 5, 6], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }],
  [[1, 2, 7, 6], [3, 2, 3, 2], { strides: [2, 3], pads: [0, 1, 2, 0] }],
  [[2, 2, 7, 7], [2, 2, 3, 3], { dilations: [2, 3] }],
  [[1, 4, 5, 5], [6, 2, 3, 3], { groups: 2, pads: [1, 1, 1, 1] }],
  [[1, 3, 5, 5], [3, 1, 3, 3], { groups: 3, strides: [2, 2], pads: [1, 1, 1, 1] }],
  [[2, 2, 6, 7], [3, 2, 1, 1], { strides: [2, 2] }],
  [[1, 2, 8, 7], [2, 2, 3, 3], { strides: [2, 1], dilations: [1, 2], pads: [1, 0, 2, 3] }],
  // Padding wider than the kernel: some results are the bias alone.
  [[1, 2, 3, 3], [2, 2, 2, 1], { pads: [2, 1, 0, 2] }],
  // Kernels larger than the maps, as in deep layers.
  [[2, 3, 2, 2], [4, 3, 3, 3], { pads: [1, 1, 1, 1] }],
  [[2, 4, 2, 3], [6, 2, 3, 3], { groups: 2, pads: [1, 1, 1, 1], dilations: [1, 2] }],
  [[2, 6, 1, 1], [5, 6, 1, 1], {}],
  [[2, 6, 3, 3], [5, 6, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }],
  // Kernels whose outer elements meet padding only: on both sides, on one, but for a corner, and all of them.
  [[2, 2, 4, 4], [3, 2, 3, 3], { dilations: [6, 6], pads: [6, 6, 6, 6] }],
  [[1, 2, 3, 4], [2, 2, 3, 2], { dilations: [3, 1], pads: [3, 0, 1, 0] }],
  [[1, 1, 3, 3], [2, 1, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2], strides: [2, 2] }],
  [[1, 1, 2, 2], [1, 1, 3, 3], { dilations: [3, 3], pads: [4, 3, 2, 3] }],
]

const transposed: readonly (readonly [x: Shape, weight: Shape, options: convolution.ConvolutionTransposeOptions])[] = [
  [[2, 3, 4, 3], [3, 2, 3, 3], {}],
  [[1, 2, 4, 4], [2, 3, 6, 6], { strides: [2, 2], pads: [2, 2, 2, 2] }],
  [[1, 2, 3, 4], [2, 3, 3, 2], { strides: [2, 3], pads: [1, 0, 0, 1], outputPadding: [1, 2] }],
  [[1, 2, 4, 3], [2, 2, 3, 3], { dilations: [2, 1] }],
  [[1, 4, 3, 3], [4, 3, 3, 3], { groups: 2, strides: [2, 2] }],
  [[1, 3, 4, 4], [3, 1, 4, 4], { groups: 3, strides: [2, 2], pads: [1, 1, 1, 1] }],
  [[2, 3, 2, 2], [3, 4, 3, 3], { pads: [1, 1, 1, 1] }],
  [[1, 2, 3, 3], [2, 2, 3, 3], { strides: [3, 2], dilations: [2, 3], outputPadding: [2, 1], pads: [0, 1, 2, 0] }],
]

export const convolutionCases: readonly OpCase[] = [
  ...convolutions.map(
    ([x, weight, options], seed): OpCase => ({
      name: `convolution of [${x}] with [${weight}] ${JSON.stringify(options)}`,
      inputs: [numbers(1000 + seed, x), numbers(1020 + seed, weight), numbers(1040 + seed, weight.slice(0, 1))],
      graph: (image, kernel, bias) => convolution.convolution(image, kernel, bias, options),
      reference: (image, kernel, bias) => exact.conv2d(image, kernel, { ...options, bias }),
    }),
  ),
  ...transposed.map(
    ([x, weight, options], seed): OpCase => ({
      name: `convolutionTranspose of [${x}] with [${weight}] ${JSON.stringify(options)}`,
      inputs: [numbers(1060 + seed, x), numbers(1080 + seed, weight)],
      graph: (image, kernel) => convolution.convolutionTranspose(image, kernel, undefined, options),
      reference: (image, kernel) => exact.convTranspose2d(image, kernel, options),
    }),
  ),
  {
    name: 'convolutionTranspose with a bias',
    inputs: [numbers(1100, [1, 2, 3, 3]), numbers(1101, [2, 3, 2, 2]), numbers(1102, [3])],
    graph: (image, kernel, bias) => convolution.convolutionTranspose(image, kernel, bias),
    reference: (image, kernel, bias) => exact.convTranspose2d(image, kernel, { bias }),
  },
]
