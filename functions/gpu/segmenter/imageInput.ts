import { constant } from '../onnx/constant.ts'
import { cast, mul, sub } from '../onnx/ops/elementwise.ts'
import { transpose } from '../onnx/ops/layout.ts'
import type { Tensor } from '../onnx/tensor.ts'

/** Mean and deviation of ImageNet's channels, which nearly all published weights were trained with. */
const means = [0.485, 0.456, 0.406]
const deviations = [0.229, 0.224, 0.225]

/**
 * Bytes as networks take them.
 * @param image uint8 [batch, height, width, 3] RGB
 * @returns float32 [batch, 3, height, width], (x / 255 − mean) / deviation
 */
export function normalizedImage(image: Tensor): Tensor {
  const scale = Float32Array.from(deviations, (deviation) => 1 / (255 * deviation))
  const shift = Float32Array.from(means, (mean, channel) => mean / (deviations[channel] ?? 1))
  const shape = [1, 3, 1, 1]
  const planes = cast(transpose(image, [0, 3, 1, 2]), 'float32')
  return sub(mul(planes, constant(scale, shape)), constant(shift, shape))
}
