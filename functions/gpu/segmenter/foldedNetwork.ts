import { float32, float32Data, type HostTensor } from '../onnx/hostTensor.ts'
import { type DeepLabShape, deepLabLayers } from './deeplab.ts'
import { SegmenterError } from './errors.ts'

/** Of batch normalization, as everywhere. */
const epsilon = 1e-5

/**
 * The parameters of a network without batch normalization: each kernel multiplied by scale / √(variance + ε), so that
 * only a bias is left of the normalization behind it, named as its shift was. What inference computes stays the same.
 * @throws SegmenterError where a tensor is missing
 */
export function foldNormalization(
  network: DeepLabShape,
  tensors: ReadonlyMap<string, HostTensor>,
): ReadonlyMap<string, HostTensor> {
  const folded = new Map(tensors)
  const values = (name: string): Float32Array => {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw new SegmenterError(`the network has no tensor ${name}`)
    return float32Data(tensor, name)
  }
  for (const { convolution, normalization, outputs } of deepLabLayers(network)) {
    const [scale, shift] = [values(`${normalization}.weight`), values(`${normalization}.bias`)]
    const [mean, variance] = [values(`${normalization}.running_mean`), values(`${normalization}.running_var`)]
    const factors = scale.map((value, channel) => value / Math.sqrt((variance[channel] ?? 0) + epsilon))
    const kernel = values(`${convolution}.weight`)
    const length = kernel.length / outputs
    const weight = kernel.map((value, index) => value * (factors[Math.floor(index / length)] ?? 0))
    const bias = shift.map((value, channel) => value - (mean[channel] ?? 0) * (factors[channel] ?? 0))
    folded.set(`${convolution}.weight`, float32(weight, tensors.get(`${convolution}.weight`)?.shape))
    folded.set(`${normalization}.bias`, float32(bias))
    for (const name of ['weight', 'running_mean', 'running_var']) folded.delete(`${normalization}.${name}`)
  }
  return folded
}
