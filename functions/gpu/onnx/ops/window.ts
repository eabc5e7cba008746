/** How a kernel moves over the rows and columns of [batch, channels, height, width], and what its ONNX node says of it. */
import { intOf, intsOf } from '../attributes.ts'
import { knownShape, requireFloat, requireIntegers, requireRank, requireSameType } from '../shape.ts'
import { type Attributes, GraphError, type Tensor } from '../tensor.ts'

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

export type Window = Required<ConvolutionOptions>

/** The options with their defaults. */
export function completeWindow(options: ConvolutionOptions): Window {
  return { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: 1, ...options }
}

/** What a convolution's node says of its window. */
export function windowAttributes({ strides, pads, dilations, groups }: Window, kernel: readonly number[]): Attributes {
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    pads: { ints: pads },
    dilations: { ints: dilations },
    group: { int: groups },
  }
}

/** The window that a convolution's node was made with. @throws GraphError where it says none */
export function windowOf(attributes: Attributes): Window {
  const [top = 0, left = 0, bottom = 0, right = 0] = intsOf(attributes, 'pads')
  return {
    strides: pairOf(attributes, 'strides'),
    pads: [top, left, bottom, right],
    dilations: pairOf(attributes, 'dilations'),
    groups: intOf(attributes, 'group'),
  }
}

function pairOf(attributes: Attributes, name: string): readonly [number, number] {
  const [vertical, horizontal] = intsOf(attributes, name)
  if (vertical === undefined || horizontal === undefined) throw new GraphError(`${name} are two numbers`)
  return [vertical, horizontal]
}

/** @throws GraphError where image, weight, bias and window are of the wrong kind, whatever their lengths */
export function checkConvolution(use: string, tensors: readonly [Tensor, Tensor, ...Tensor[]], window: Window) {
  const [x, weight] = tensors
  requireRank(x, 4, use)
  requireRank(weight, 4, use)
  requireSameType(tensors, use)
  requireFloat(x, use)
  const { strides, pads, dilations, groups } = window
  requireIntegers([...strides, ...dilations, groups], 1, `${use}: strides, dilations and groups`)
  requireIntegers(pads, 0, `${use}: pads`)
  const [channels = 0, ...size] = knownShape({ ...x, shape: x.shape.slice(1) }, use)
  return { channels, size, kernel: knownShape(weight, use).slice(2) }
}

/** One axis of a window: 0 is vertical, 1 horizontal. */
export function alongAxis({ strides, pads, dilations }: Window, axis: 0 | 1) {
  return {
    stride: strides[axis],
    dilation: dilations[axis],
    before: pads[axis],
    after: pads[axis === 0 ? 2 : 3],
  }
}
