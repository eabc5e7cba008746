/**
 * Two-dimensional convolutions over [batch, channels, height, width]. Each of the two is the other's gradient for the
 * image; the gradient for the kernel is that of `kernelGradient`.
 */
import { knownShape, requireIntegers, sameShape } from '../shape.ts'
import {
  applyOne,
  describeType,
  type GradientContext,
  GraphError,
  type Operator,
  type Shape,
  type Tensor,
} from '../tensor.ts'
import { kernelGradient } from './kernelGradient.ts'
import { keptTaps, turnedKernel } from './kernelLayout.ts'
import { liveTaps } from './liveTaps.ts'
import { reduceSum } from './reduce.ts'
import {
  alongAxis,
  type ConvolutionOptions,
  checkConvolution,
  completeWindow,
  type Window,
  windowAttributes,
  windowOf,
} from './window.ts'

export type { ConvolutionOptions } from './window.ts'

export interface ConvolutionTransposeOptions extends ConvolutionOptions {
  /** Extra rows and columns at the bottom and right. Default [0, 0]. */
  readonly outputPadding?: readonly [number, number]
}

const convolutionOperator: Operator = {
  type: 'Conv',
  gradient: (context) => {
    const { x, weight, gradient, wanted, window } = operandsOf(context)
    return [
      wanted[0] ? imageGradient(x, weight, gradient, window) : undefined,
      wanted[1] ? kernelGradient(x, gradient, kernelSize(weight), window) : undefined,
      wanted[2] ? reduceSum(gradient, [0, 2, 3]) : undefined,
    ]
  },
}
/**
 * Cross-correlation, as deep learning calls convolution.
 * @param x [batch, channels, height, width]
 * @param weight [outputs, channels / groups, kernelHeight, kernelWidth]
 * @param bias [outputs]
 * @returns [batch, outputs, ⌊(height + pads − dilation·(kernel − 1) − 1) / stride⌋ + 1, …]
 */
export function convolution(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  const window = completeWindow(options)
  const { channels, size, kernel } = checkConvolution('Conv', operands(x, weight, bias), window)
  const [outputs = 0, channelsPerGroup = 0] = knownShape(weight, 'Conv')
  if (channelsPerGroup * window.groups !== channels || outputs % window.groups !== 0)
    throw new GraphError(`Conv with ${window.groups} groups cannot apply ${describeType(weight)} to ${describeType(x)}`)
  const lengths = ([0, 1] as const).map((axis) => {
    const { stride, dilation, before, after } = alongAxis(window, axis)
    const padded = (size[axis] ?? 0) + before + after
    return Math.floor((padded - dilation * ((kernel[axis] ?? 0) - 1) - 1) / stride) + 1
  })
  const shape = resultShape('Conv', x, weight, bias, outputs, lengths)
  const live = liveTaps(size, lengths, kernel, window)
  return applyOne(
    convolutionOperator,
    operands(x, keptTaps(weight, live.rows, live.columns), bias),
    { dtype: x.dtype, shape },
    windowAttributes(live.window, [live.rows.count, live.columns.count]),
  )
}

const convolutionTransposeOperator: Operator = {
  type: 'ConvTranspose',
  gradient: (context) => {
    const { x, weight, gradient, wanted, window } = operandsOf(context)
    return [
      wanted[0] ? convolution(gradient, weight, undefined, window) : undefined,
      wanted[1] ? kernelGradient(gradient, x, kernelSize(weight), window) : undefined,
      wanted[2] ? reduceSum(gradient, [0, 2, 3]) : undefined,
    ]
  },
}
/**
 * The transposed convolution: every input element adds its multiple of the kernel to the output.
 * @param x [batch, channels, height, width]
 * @param weight [channels, outputs / groups, kernelHeight, kernelWidth]
 * @param bias [outputs]
 * @returns [batch, outputs, stride·(height − 1) + dilation·(kernel − 1) + 1 − pads + outputPadding, …]
 */
export function convolutionTranspose(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionTransposeOptions = {},
): Tensor {
  const { outputPadding: extra = [0, 0], ...given } = options
  const window = completeWindow(given)
  requireIntegers(extra, 0, 'ConvTranspose: outputPadding')
  // ONNX would also allow what stays below the dilation; ONNX Runtime refuses that when the graph runs.
  if (extra.some((length, axis) => length >= (window.strides[axis] ?? 0)))
    throw new GraphError(`ConvTranspose: outputPadding [${extra}] must stay below the strides [${window.strides}]`)
  const { channels, size, kernel } = checkConvolution('ConvTranspose', operands(x, weight, bias), window)
  const [inputs = 0, outputsPerGroup = 0] = knownShape(weight, 'ConvTranspose')
  if (inputs !== channels || channels % window.groups !== 0)
    throw new GraphError(
      `ConvTranspose with ${window.groups} groups cannot apply ${describeType(weight)} to ${describeType(x)}`,
    )
  const lengths = ([0, 1] as const).map((axis) => {
    const { stride, dilation, before, after } = alongAxis(window, axis)
    return stride * ((size[axis] ?? 0) - 1) + dilation * ((kernel[axis] ?? 0) - 1) + 1 - before - after + extra[axis]
  })
  const shape = resultShape('ConvTranspose', x, weight, bias, outputsPerGroup * window.groups, lengths)
  return applyOne(
    convolutionTransposeOperator,
    operands(x, weight, bias),
    { dtype: x.dtype, shape },
    { ...windowAttributes(window, kernel), output_padding: { ints: extra } },
  )
}

/** dLoss/dImage of a convolution. ONNX Runtime is fastest with `Conv` where windows move by single pixels. */
function imageGradient(x: Tensor, weight: Tensor, gradient: Tensor, window: Window): Tensor {
  const size = knownShape(x, 'the gradient of Conv').slice(2)
  const kernel = kernelSize(weight)
  const reach = ([0, 1] as const).map((axis) => alongAxis(window, axis).dilation * (kernel[axis] - 1))
  const [vertical = 0, horizontal = 0] = reach
  const [top, left, bottom, right] = window.pads
  const pads = [vertical - top, horizontal - left, vertical - bottom, horizontal - right] as const
  if (window.strides.every((stride) => stride === 1) && pads.every((amount) => amount >= 0))
    return convolution(gradient, turnedKernel(weight, window.groups), undefined, { ...window, pads })
  // Rows and columns at the end that no window reached.
  const rest = (axis: 0 | 1): number => {
    const { stride, before, after } = alongAxis(window, axis)
    return ((size[axis] ?? 0) + before + after - (reach[axis] ?? 0) - 1) % stride
  }
  return convolutionTranspose(gradient, weight, undefined, { ...window, outputPadding: [rest(0), rest(1)] })
}

function operandsOf({ inputs: [x, weight], attributes, gradient, wanted }: GradientContext) {
  if (x === undefined || weight === undefined) throw new GraphError('a convolution lost an input')
  return { x, weight, gradient, wanted, window: windowOf(attributes) }
}

function operands(x: Tensor, weight: Tensor, bias: Tensor | undefined): readonly [Tensor, Tensor, ...Tensor[]] {
  return bias === undefined ? [x, weight] : [x, weight, bias]
}

function kernelSize(weight: Tensor): readonly [number, number] {
  const [, , rows = 0, columns = 0] = knownShape(weight, 'the gradient of a convolution')
  return [rows, columns]
}

function resultShape(
  use: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  channels: number,
  lengths: readonly number[],
): Shape {
  if (lengths.some((length) => length < 1))
    throw new GraphError(`${use} of ${describeType(x)} with ${describeType(weight)} leaves no pixels`)
  if (bias !== undefined && !sameShape(bias.shape, [channels]))
    throw new GraphError(`${use} needs a bias of ${channels} numbers, got ${describeType(bias)}`)
  return [x.shape[0] ?? 1, channels, ...lengths]
}
