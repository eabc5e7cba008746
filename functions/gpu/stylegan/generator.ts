import type { Crop } from '../../../schemas/generator.ts'
import { type ImageSize, imageSize } from '../../../schemas/project.ts'
import { add, cast, clamp, mul } from '../onnx/ops/elementwise.ts'
import { slice, transpose } from '../onnx/ops/layout.ts'
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

/** Size of the generator's images in pixels: all of the square, or its crop. */
export function sizeOfImages({ resolution, facts: { crop } }: GeneratorWeights): ImageSize {
  return imageSize({ resolution, crop })
}

/**
 * Image as bytes, pixel by pixel: x·127.5 + 128, limited to 0..255, truncated.
 * @param square [batch, 3, resolution, resolution]
 * @param crop what is taken of it. Default: all
 * @returns uint8 [batch, height, width, 3]
 */
export function imageBytes(square: Tensor, crop?: Crop): Tensor {
  const image = crop === undefined ? square : cut(square, crop)
  return cast(transpose(clamp(add(mul(image, 127.5), 128), 0, 255), [0, 2, 3, 1]), 'uint8')
}

function cut(square: Tensor, { x, y, width, height }: Crop): Tensor {
  return slice(square, [
    { axis: 2, start: y, end: y + height },
    { axis: 3, start: x, end: x + width },
  ])
}
