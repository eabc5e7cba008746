import { add, cast, clamp, mul } from '../onnx/ops/elementwise.ts'
import { transpose } from '../onnx/ops/layout.ts'
import type { Tensor } from '../onnx/tensor.ts'
import type { Noise } from './layers.ts'
import { mapping, truncate } from './mapping.ts'
import { type SynthesisResult, synthesis } from './synthesis.ts'
import type { GeneratorWeights } from './weights.ts'

export interface GenerateOptions {
  /** ψ of the truncation trick, applied to all layers. */
  readonly truncation: number
  /** Default `constant`. */
  readonly noise?: Noise
}

/** The whole generator: mapping, truncation, synthesis. @param z [batch, latentLength] */
export function generate(
  weights: GeneratorWeights,
  z: Tensor,
  { truncation, noise }: GenerateOptions,
): SynthesisResult {
  return synthesis(weights, truncate(weights, mapping(weights, z), truncation), noise)
}

/**
 * Image as bytes, pixel by pixel: x·127.5 + 128, limited to 0..255, truncated.
 * @param image [batch, 3, height, width]
 * @returns uint8 [batch, height, width, 3]
 */
export function imageBytes(image: Tensor): Tensor {
  return cast(transpose(clamp(add(mul(image, 127.5), 128), 0, 255), [0, 2, 3, 1]), 'uint8')
}
