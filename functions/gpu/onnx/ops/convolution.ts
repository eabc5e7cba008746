/** Two-dimensional convolutions over [batch, channels, height, width]. */
import { knownShape, requireFloat, requireIntegers, requireRank, requireSameType, sameShape } from '../shape.ts'
import { type Attributes, applyOne, describeType, GraphError, type Operator, type Tensor } from '../tensor.ts'

export interface ConvolutionOptions {
  /** Step between windows, [vertical, horizontal]. Default [1, 1]. */
  readonly strides?: readonly [number, number]
  /** Zeros around the image, [top, left, bottom, right]. Default none. */
  readonly pads?: readonly [number, number, number, number]
  /** Distance between kernel elements, [vertical, horizontal]. Default [1, 1]. */
  readonly dilations?: readonly [number, number]
  /** Channels are cut into this many groups that do not see each other. Default 1. */
  readonly groups?: number
}

export interface ConvolutionTransposeOptions extends ConvolutionOptions {
  /** Extra rows and columns at the bottom and right. Default [0, 0]. */
  readonly outputPadding?: readonly [number, number]
}

const convolutionOperator: Operator = { type: 'Conv' }
/**
 * Cross-correlation, as deep learning calls convolution.
 * @param x [batch, channels, height, width]
 * @param weight [outputs, channels / groups, kernelHeight, kernelWidth]
 * @param bias [outputs]
 * @returns [batch, outputs, ⌊(height + pads − dilation·(kernel − 1) − 1) / stride⌋ + 1, …]
 */
export function convolution(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { strides, pads, dilations, groups } = complete(options)
  const { channels, size, kernel } = checked('Conv', x, weight, bias, options)
  const [outputs = 0, channelsPerGroup = 0] = knownShape(weight, 'Conv')
  if (channelsPerGroup * groups !== channels || outputs % groups !== 0)
    throw new GraphError(`Conv with ${groups} groups cannot apply ${describeType(weight)} to ${describeType(x)}`)
  const lengths = [0, 1].map((axis) => {
    const padded = at(size, axis) + at(pads, axis) + at(pads, axis + 2)
    return Math.floor((padded - at(dilations, axis) * (at(kernel, axis) - 1) - 1) / at(strides, axis)) + 1
  })
  return output(convolutionOperator, x, weight, bias, outputs, lengths, attributes(options, kernel))
}

const convolutionTransposeOperator: Operator = { type: 'ConvTranspose' }
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
  const { strides, pads, dilations, groups } = complete(options)
  const extra = options.outputPadding ?? [0, 0]
  requireIntegers(extra, 0, 'ConvTranspose: outputPadding')
  if (extra.some((length, axis) => length >= Math.max(at(strides, axis), at(dilations, axis))))
    throw new GraphError(`ConvTranspose: outputPadding [${extra}] must stay below stride or dilation`)
  const { channels, size, kernel } = checked('ConvTranspose', x, weight, bias, options)
  const [inputs = 0, outputsPerGroup = 0] = knownShape(weight, 'ConvTranspose')
  if (inputs !== channels || channels % groups !== 0)
    throw new GraphError(
      `ConvTranspose with ${groups} groups cannot apply ${describeType(weight)} to ${describeType(x)}`,
    )
  const lengths = [0, 1].map(
    (axis) =>
      at(strides, axis) * (at(size, axis) - 1) +
      at(dilations, axis) * (at(kernel, axis) - 1) +
      1 -
      at(pads, axis) -
      at(pads, axis + 2) +
      at(extra, axis),
  )
  return output(convolutionTransposeOperator, x, weight, bias, outputsPerGroup * groups, lengths, {
    ...attributes(options, kernel),
    output_padding: { ints: extra },
  })
}

function complete(options: ConvolutionOptions): Required<ConvolutionOptions> {
  return { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: 1, ...options }
}

function checked(use: string, x: Tensor, weight: Tensor, bias: Tensor | undefined, options: ConvolutionOptions) {
  requireRank(x, 4, use)
  requireRank(weight, 4, use)
  requireSameType(bias === undefined ? [x, weight] : [x, weight, bias], use)
  requireFloat(x, use)
  const { strides, pads, dilations, groups } = complete(options)
  requireIntegers([...strides, ...dilations, groups], 1, `${use}: strides, dilations and groups`)
  requireIntegers(pads, 0, `${use}: pads`)
  const [channels = 0, ...size] = knownShape({ ...x, shape: x.shape.slice(1) }, use)
  return { channels, size, kernel: knownShape(weight, use).slice(2) }
}

function attributes(options: ConvolutionOptions, kernel: readonly number[]): Attributes {
  const { strides, pads, dilations, groups } = complete(options)
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    pads: { ints: pads },
    dilations: { ints: dilations },
    group: { int: groups },
  }
}

function output(
  operator: Operator,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  channels: number,
  lengths: readonly number[],
  attributes: Attributes,
): Tensor {
  if (lengths.some((length) => length < 1))
    throw new GraphError(`${operator.type} of ${describeType(x)} with ${describeType(weight)} leaves no pixels`)
  if (bias !== undefined && !sameShape(bias.shape, [channels]))
    throw new GraphError(`${operator.type} needs a bias of ${channels} numbers, got ${describeType(bias)}`)
  const inputs = bias === undefined ? [x, weight] : [x, weight, bias]
  const shape = [x.shape[0] ?? 1, channels, ...lengths]
  return applyOne(operator, inputs, { dtype: x.dtype, shape }, attributes)
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0
}
