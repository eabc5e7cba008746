import { constant } from '../onnx/constant.ts'
import { add, leakyRelu, mul, reciprocal, sqrt, sub } from '../onnx/ops/elementwise.ts'
import { matmul } from '../onnx/ops/linear.ts'
import { reduceMean } from '../onnx/ops/reduce.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { fullyConnectedWeight } from './layers.ts'
import type { GeneratorWeights } from './weights.ts'

/**
 * The mapping network (StyleGAN, section 2): z normalized to length, then fully connected layers with leaky ReLU.
 * @param z [batch, latentLength]
 * @returns w [batch, styleLength]
 */
export function mapping(weights: GeneratorWeights, z: Tensor): Tensor {
  const multiplier = weights.facts.mappingMultiplier
  let x = mul(z, reciprocal(sqrt(add(reduceMean(mul(z, z), [1], { keepDimensions: true }), 1e-8))))
  for (let layer = 0; layer < weights.mappingLayers; layer++) {
    const weight = weights.get(`mapping.fc${layer}.weight`)
    const gain = multiplier / Math.sqrt(weight.shape[1] ?? 1)
    const bias = weights.get(`mapping.fc${layer}.bias`)
    const shift = constant(bias.data.map((value) => value * multiplier * Math.SQRT2))
    // Leaky ReLU scales through, so that its gain √2 is folded into weight and bias.
    x = leakyRelu(add(matmul(x, fullyConnectedWeight(weight, gain * Math.SQRT2)), shift), 0.2)
  }
  return x
}

/**
 * The truncation trick (StyleGAN, appendix B): w moved towards the average, w_avg + ψ·(w − w_avg).
 * @param w [batch, styleLength]
 * @param truncation ψ: 1 changes nothing, 0 gives the average image
 */
export function truncate(weights: GeneratorWeights, w: Tensor, truncation: number): Tensor {
  if (truncation === 1) return w
  const average = constant(weights.get('mapping.w_avg').data)
  return add(mul(sub(w, average), truncation), average)
}
