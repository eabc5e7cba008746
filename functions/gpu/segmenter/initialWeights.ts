import { float32, type HostTensor } from '../onnx/hostTensor.ts'
import { elementCount } from '../onnx/shape.ts'
import { createRandom } from '../random.ts'
import { type DeepLabShape, deepLabParameters, deepLabStatistics } from './deeplab.ts'

/**
 * Parameters and running statistics of an untrained segmenter: kernels normal with variance 2 / inputs (He et al. 2015,
 * equation 10), scales and variances 1, shifts, biases and means 0. Each tensor depends on the seed and its own name alone.
 */
export function initialDeepLab(shape: DeepLabShape, seed: number): ReadonlyMap<string, HostTensor> {
  const tensors = new Map<string, HostTensor>()
  for (const [name, lengths] of Object.entries({ ...deepLabParameters(shape), ...deepLabStatistics(shape) })) {
    const data = new Float32Array(elementCount(lengths))
    if (lengths.length > 1) {
      const random = createRandom(seed, `segmenter.${name}`)
      const deviation = Math.sqrt(2 / elementCount(lengths.slice(1)))
      for (let index = 0; index < data.length; index++) data[index] = random.normal() * deviation
    } else if (name.endsWith('.weight') || name.endsWith('.running_var')) data.fill(1)
    tensors.set(name, float32(data, lengths))
  }
  return tensors
}
