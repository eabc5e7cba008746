/**
 * The layers of StyleGAN2 (Karras et al. 2020, section 2) in the form that computes no kernel per image: activations
 * are multiplied by the styles before a convolution with shared weights, and by the demodulation after it.
 */
import { constant, float16Constant } from '../onnx/constant.ts'
import { convolution, convolutionTranspose } from '../onnx/ops/convolution.ts'
import { add, cast, clamp, leakyRelu, mul, reciprocal, sqrt } from '../onnx/ops/elementwise.ts'
import { reshape } from '../onnx/ops/layout.ts'
import { matmul } from '../onnx/ops/linear.ts'
import { knownLength } from '../onnx/shape.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { limitForKernel, normalizedKernel, normalizedStyles, type Precision, restored } from './halfPrecision.ts'
import type { GeneratorWeights, Weight } from './weights.ts'

/** Noise in the styled convolutions: the stored noise image, so that an image and its features always agree, or none. */
export type Noise = 'constant' | 'off'

export interface StyledConvolutionOptions {
  /** Doubles the side before the convolution. */
  readonly up: boolean
  readonly noise: Noise
  /** Of the convolution alone: everything around it, and its result, is float32. Default float32. */
  readonly precision?: Precision
  /** Scales the result; residual blocks use √½. Default 1. */
  readonly gain?: number
}

/** [out, in] as stored → [in, out], scaled. */
export function fullyConnectedWeight({ shape: [outputs = 0, inputs = 0], data }: Weight, gain: number): Tensor {
  const transposed = new Float32Array(data.length)
  for (let row = 0; row < outputs; row++)
    for (let column = 0; column < inputs; column++)
      transposed[column * outputs + row] = (data[row * inputs + column] ?? 0) * gain
  return constant(transposed, [inputs, outputs])
}

/**
 * Modulated convolution, noise, bias, leaky ReLU.
 * @param x [batch, channels, side, side]
 * @param w [batch, styleLength]
 * @param prefix of the weights' names, like `synthesis.b8.conv0`
 */
export function styledConvolution(
  weights: GeneratorWeights,
  prefix: string,
  x: Tensor,
  w: Tensor,
  { up, noise, precision = 'float32', gain = 1 }: StyledConvolutionOptions,
): Tensor {
  const weight = weights.get(`${prefix}.weight`)
  const [outputs = 0] = weight.shape
  const styles = affine(weights, prefix, w, 1)
  const convolve = (modulated: Tensor, kernel: Weight): Tensor =>
    up
      ? upConvolution(weights, prefix, modulated, kernel)
      : convolution(modulated, kernelOf(kernel, modulated), undefined, { pads: [1, 1, 1, 1] })
  const { convolved, scale } = (precision === 'float16' ? modulatedInHalf : modulated)(x, styles, weight, convolve)
  // Leaky ReLU scales through: its gain √2 is folded into what is multiplied and added before it.
  const activationGain = gain * Math.SQRT2
  const demodulated = mul(convolved, asChannels(mul(scale, activationGain)))
  const bias = weights.get(`${prefix}.bias`).data.map((value) => value * activationGain)
  const biased = add(withNoise(weights, prefix, demodulated, noise, activationGain), constant(bias, [1, outputs, 1, 1]))
  return limit(leakyRelu(biased, 0.2), weights, gain)
}

/** A modulated convolution, and the [batch, outputs] that its result is still to be multiplied by. */
interface Modulated {
  readonly convolved: Tensor
  readonly scale: Tensor
}

type Convolve = (modulated: Tensor, kernel: Weight) => Tensor

function modulated(x: Tensor, styles: Tensor, weight: Weight, convolve: Convolve): Modulated {
  return { convolved: convolve(mul(x, asChannels(styles)), weight), scale: demodulation(styles, weight) }
}

/** The same with the convolution in float16. */
function modulatedInHalf(x: Tensor, styles: Tensor, weight: Weight, convolve: Convolve): Modulated {
  const { kernel, scales } = normalizedKernel(weight)
  const { styles: small, peak } = normalizedStyles(styles)
  const limited = limitForKernel(mul(x, asChannels(small)), kernel)
  return {
    convolved: cast(convolve(cast(limited, 'float16'), kernel), 'float32'),
    scale: restored(demodulation(styles, weight), scales, peak),
  }
}

/** The 1×1 modulated convolution to RGB: no demodulation. Returns [batch, 3, side, side]. */
export function toRgb(weights: GeneratorWeights, prefix: string, x: Tensor, w: Tensor): Tensor {
  const weight = weights.get(`${prefix}.weight`)
  const styles = affine(weights, prefix, w, 1 / Math.sqrt(knownLength(x, 1, 'toRgb')))
  const bias = constant(weights.get(`${prefix}.bias`).data)
  return limit(convolution(mul(x, asChannels(styles)), constant(weight.data, weight.shape), bias), weights, 1)
}

/** The residual branch of the resnet architecture: 1×1 convolution, doubled in size, times √½. */
export function skipConvolution(weights: GeneratorWeights, prefix: string, x: Tensor): Tensor {
  const weight = weights.get(`${prefix}.skip.weight`)
  const gain = Math.SQRT1_2 / Math.sqrt(weight.shape[1] ?? 1)
  const kernel = constant(
    weight.data.map((value) => value * gain),
    weight.shape,
  )
  return upsample(weights, `${prefix}.skip`, convolution(x, kernel))
}

/** Doubles the side with the low-pass filter: zeros between the pixels, then the filter with gain 4. */
export function upsample(weights: GeneratorWeights, prefix: string, x: Tensor): Tensor {
  const channels = knownLength(x, 1, 'upsample')
  return convolutionTranspose(x, filter(weights, prefix, x), undefined, {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    groups: channels,
  })
}

/** Transposed convolution of stride 2 with the kernel as stored (not flipped), then the low-pass filter. */
function upConvolution(weights: GeneratorWeights, prefix: string, x: Tensor, { shape, data }: Weight): Tensor {
  const [outputs = 0, inputs = 0] = shape
  const swapped = new Float32Array(data.length)
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      swapped.set(
        data.subarray((output * inputs + input) * 9, (output * inputs + input + 1) * 9),
        (input * outputs + output) * 9,
      )
  const kernel = kernelOf({ shape: [inputs, outputs, 3, 3], data: swapped }, x)
  const large = convolutionTranspose(x, kernel, undefined, { strides: [2, 2] })
  return convolution(large, filter(weights, prefix, large), undefined, { pads: [1, 1, 1, 1], groups: outputs })
}

/** The stored 4×4 low-pass filter times 4, once for every channel of x, and of its type. */
function filter(weights: GeneratorWeights, prefix: string, x: Tensor): Tensor {
  const channels = knownLength(x, 1, 'the low-pass filter')
  const name = `${prefix}.resample_filter`
  const block = prefix.split('.').slice(0, 2).join('.')
  const { data } = weights.get(weights.has(name) ? name : `${block}.resample_filter`)
  const repeated = new Float32Array(channels * data.length)
  for (let channel = 0; channel < channels; channel++)
    repeated.set(
      data.map((value) => value * 4),
      channel * data.length,
    )
  return kernelOf({ shape: [channels, 1, 4, 4], data: repeated }, x)
}

/** A convolution's weights in the number format of what it is applied to. */
function kernelOf({ shape, data }: Weight, x: Tensor): Tensor {
  return x.dtype === 'float16' ? float16Constant(data, shape) : constant(data, shape)
}

/** Styles of a layer from w: a fully connected layer, times `gain`. */
function affine(weights: GeneratorWeights, prefix: string, w: Tensor, gain: number): Tensor {
  const weight = weights.get(`${prefix}.affine.weight`)
  const bias = weights.get(`${prefix}.affine.bias`).data.map((value) => value * gain)
  return add(matmul(w, fullyConnectedWeight(weight, gain / Math.sqrt(weight.shape[1] ?? 1))), constant(bias))
}

/** 1/√(Σ (weight·style)² + 1e-8) for every output channel: Σ over the kernel first, so that one product does it. */
function demodulation(styles: Tensor, { shape, data }: Weight): Tensor {
  const [outputs = 0, inputs = 0, height = 1, width = 1] = shape
  const energy = new Float32Array(inputs * outputs)
  const area = height * width
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++) {
      const start = (output * inputs + input) * area
      let sum = 0
      for (const value of data.subarray(start, start + area)) sum += value * value
      energy[input * outputs + output] = sum
    }
  return reciprocal(sqrt(add(matmul(mul(styles, styles), constant(energy, [inputs, outputs])), 1e-8)))
}

function withNoise(weights: GeneratorWeights, prefix: string, x: Tensor, noise: Noise, gain: number): Tensor {
  const strength = weights.get(`${prefix}.noise_strength`).data[0] ?? 0
  if (noise === 'off' || strength === 0) return x
  const { shape, data } = weights.get(`${prefix}.noise_const`)
  const scaled = data.map((value) => value * strength * gain)
  return add(x, constant(scaled, [1, 1, ...shape]))
}

function limit(x: Tensor, { facts: { convClamp } }: GeneratorWeights, gain: number): Tensor {
  return convClamp === null ? x : clamp(x, -convClamp * gain, convClamp * gain)
}

/** [batch, channels] → [batch, channels, 1, 1]. */
function asChannels(x: Tensor): Tensor {
  return reshape(x, [...x.shape, 1, 1])
}
