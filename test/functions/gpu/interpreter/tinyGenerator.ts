import { type Ensemble, type EnsembleShape, initialEnsemble } from '../../../../functions/gpu/interpreter/ensemble.ts'
import { featureLength } from '../../../../functions/gpu/interpreter/featureCollection.ts'
import type { Engine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { readSafetensors, writeSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { generate } from '../../../../functions/gpu/stylegan/generator.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { type GeneratorWeights, readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import type { Crop } from '../../../../schemas/generator.ts'
import { fixture } from '../../../support/fixture.ts'
import { type NdArray, ndArray } from '../../../support/reference/ndArray.ts'

/** A generator of 32 × 32 pixels with random weights: enough to run every graph in milliseconds. */
export const tinyGenerator = readGenerator(fixture('stylegan/skip.generator.safetensors'))

/** The file of the same generator, of which only a part of the square is the image. */
export function croppedFile(crop: Crop): Uint8Array {
  const { tensors, metadata } = readSafetensors(fixture('stylegan/skip.generator.safetensors'))
  return writeSafetensors(tensors, { ...metadata, crop: JSON.stringify(crop) })
}

export const tinyShape = (changes: Partial<EnsembleShape> = {}): EnsembleShape => ({
  members: 3,
  features: featureLength(tinyGenerator),
  hidden: [8, 6],
  parts: 5,
  ...changes,
})

/** An ensemble whose every weight and statistic is random, and whose members disagree. */
export function randomEnsemble(shape: EnsembleShape, seed: number): Ensemble {
  const random = createRandom(seed, 'ensemble')
  const { tensors } = initialEnsemble(shape, seed)
  for (const [name, data] of tensors) {
    const draw = name.startsWith('variance') ? () => 0.5 + random.uniform() : () => random.normal() * 0.5
    data.set(data.map(draw))
  }
  return { shape, tensors }
}

/** The activations of one sample, [1, channels, side, side] each. */
export async function tapsOf(
  engine: Engine,
  weights: GeneratorWeights,
  { seed, truncation }: { readonly seed: number; readonly truncation: number },
): Promise<readonly NdArray[]> {
  const { taps } = generate(weights, input('z', 'float32', [1, weights.latentLength]), { truncation })
  const outputs = Object.fromEntries(taps.map((tap, index) => [`tap${index}`, tap]))
  const session = await engine.load(buildModel({ name: 'taps', outputs }).bytes)
  const z = float32(Float32Array.from(sampleLatent(seed, weights.latentLength)), [1, weights.latentLength])
  const { results } = await session.run({ z })
  await session.release()
  return taps.map((_, index) => {
    const tap = results[`tap${index}`]
    return ndArray(tap?.shape ?? [], float32Data(tap, `tap${index}`))
  })
}
