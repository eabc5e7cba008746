/**
 * Keeps a styled convolution inside float16's range, as mixed precision does in StyleGAN2-ADA (Karras et al. 2020,
 * "Training generative adversarial networks with limited data"): kernels and styles are scaled down before the
 * convolution. Its result is scaled back up after it, in float32, so that the demodulation stays what it was.
 */
import { constant } from '../onnx/constant.ts'
import { abs, clamp, div, maximum, mul } from '../onnx/ops/elementwise.ts'
import { reduceMax } from '../onnx/ops/reduce.ts'
import { elementCount } from '../onnx/shape.ts'
import type { Tensor } from '../onnx/tensor.ts'
import type { Weight } from './weights.ts'

/** Number format of the styled convolutions: their kernels, what goes into them, and what comes out. */
export type Precision = 'float32' | 'float16'

/** Below float16's 65504, so that sums which were rounded on the way end there, too. */
const LARGEST_SUM = 60_000

/** Smaller styles count as zero. Dividing by their peak must not divide by 0. */
const SMALLEST_PEAK = 1e-8

export interface NormalizedKernel {
  /** [outputs, inputs, height, width]; no number is larger than 1/√(inputs·height·width). */
  readonly kernel: Weight
  /** [1, outputs]: the kernel times these is the one that was given. */
  readonly scales: Tensor
}

/** @param weight [outputs, inputs, height, width] */
export function normalizedKernel({ shape, data }: Weight): NormalizedKernel {
  const [outputs = 0] = shape
  const length = data.length / outputs
  const normalized = new Float32Array(data.length)
  const scales = new Float32Array(outputs)
  for (let output = 0; output < outputs; output++) {
    const [start, end] = [output * length, (output + 1) * length]
    let peak = 0
    for (let place = start; place < end; place++) peak = Math.max(peak, Math.abs(data[place] ?? 0))
    const scale = peak === 0 ? 1 : peak * Math.sqrt(length)
    scales[output] = scale
    for (let place = start; place < end; place++) normalized[place] = (data[place] ?? 0) / scale
  }
  return { kernel: { shape, data: normalized }, scales: constant(scales, [1, outputs]) }
}

/** @param styles [batch, channels] @returns styles of at most 1, and the [batch, 1] that they were divided by */
export function normalizedStyles(styles: Tensor): { readonly styles: Tensor; readonly peak: Tensor } {
  const peak = maximum(reduceMax(abs(styles), [1], { keepDimensions: true }), SMALLEST_PEAK)
  return { styles: div(styles, peak), peak }
}

/**
 * Limits what a normalized kernel is applied to, so that no sum leaves float16's range: 884 for a kernel of 512 × 3 × 3,
 * where trained generators stay below 256, the limit that NVIDIA trains them with. An infinite number would turn the whole
 * image into NaN.
 * @param x [batch, channels, side, side]
 * @param kernel [outputs, channels, height, width]
 */
export function limitForKernel(x: Tensor, { shape: [, ...lengths] }: Weight): Tensor {
  const most = LARGEST_SUM / Math.sqrt(elementCount(lengths))
  return clamp(x, -most, most)
}

/** Multiplies scales back: demodulation [batch, outputs], of the kernel and styles that were given. */
export function restored(demodulation: Tensor, scales: Tensor, peak: Tensor): Tensor {
  return mul(mul(demodulation, peak), scales)
}
