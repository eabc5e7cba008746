import type { Engine } from '../onnx/engine.ts'
import { float32, float32Data } from '../onnx/hostTensor.ts'
import { buildModel } from '../onnx/model.ts'
import { input } from '../onnx/tensor.ts'
import { sampleLatent } from './latents.ts'
import { mapping } from './mapping.ts'
import type { GeneratorWeights } from './weights.ts'

/**
 * The styles w of some seeds, before truncation: points of the space in which a generator's images lie evenly (StyleGAN,
 * section 4), so that distances between them mean something.
 * @returns one for each seed, [styleLength]
 */
export async function sampleStyles(
  engine: Engine,
  weights: GeneratorWeights,
  seeds: readonly number[],
): Promise<readonly Float32Array[]> {
  const { latentLength, styleLength } = weights
  const latents = new Float32Array(seeds.length * latentLength)
  for (const [index, seed] of seeds.entries()) latents.set(sampleLatent(seed, latentLength), index * latentLength)
  const w = mapping(weights, input('z', 'float32', ['batch', latentLength]))
  const session = await engine.load(buildModel({ name: 'styles', outputs: { w } }).bytes)
  try {
    const { results } = await session.run({ z: float32(latents, [seeds.length, latentLength]) })
    const styles = float32Data(results.w, 'w')
    return seeds.map((_, index) => styles.slice(index * styleLength, (index + 1) * styleLength))
  } finally {
    await session.release()
  }
}
