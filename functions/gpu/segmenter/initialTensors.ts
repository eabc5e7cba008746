import { float32, type HostTensor } from '../onnx/hostTensor.ts'
import { elementCount } from '../onnx/shape.ts'
import { createRandom } from '../random.ts'
import type { Shapes } from './layer.ts'

/**
 * Tensors of an untrained network: kernels normal with variance 2 / inputs (He et al. 2015, equation 10), scales and
 * variances 1, all else 0, linear layers as well: an untrained discriminator or classifier finds everything as likely as not.
 * Each tensor depends on the seed, the network's and its own name alone.
 * @param network whose tensors these are; other networks of the same seed begin otherwise
 */
export function initialTensors(shapes: Shapes, seed: number, network: string): ReadonlyMap<string, HostTensor> {
  const tensors = new Map<string, HostTensor>()
  for (const [name, lengths] of Object.entries(shapes)) {
    const data = new Float32Array(elementCount(lengths))
    if (lengths.length > 2) {
      const random = createRandom(seed, `${network}.${name}`)
      const deviation = Math.sqrt(2 / elementCount(lengths.slice(1)))
      for (let index = 0; index < data.length; index++) data[index] = random.normal() * deviation
    } else if (lengths.length === 1 && /\.(weight|running_var)$/.test(name)) data.fill(1)
    tensors.set(name, float32(data, lengths))
  }
  return tensors
}
