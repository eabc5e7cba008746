import { encodeRgb } from '../../../integrations/images/index.ts'
import type { Project } from '../../../schemas/project.ts'
import { imageGraph } from '../interpreter/factoryGraph.ts'
import { float32, uint8Data } from '../onnx/hostTensor.ts'
import { sampleLatent } from '../stylegan/latents.ts'
import { type PaintedSample, seedTruncation } from './annotations.ts'
import type { JobContext } from './context.ts'
import { readProjectGenerator } from './generatorWeights.ts'

/**
 * PNG files of the painted samples: as stored, else made again.
 * @returns one for each sample, in order
 */
export async function readSeedImages(
  { store, keys, engine, signal }: JobContext,
  project: Project,
  painted: readonly PaintedSample[],
): Promise<readonly Uint8Array[]> {
  const stored = await Promise.all(painted.map(({ sample }) => store.get(keys.sampleImage(sample.id))))
  if (stored.every((object) => object !== undefined)) return stored.map(({ bytes }) => bytes)
  const weights = await readProjectGenerator(store, project.generator)
  const session = await engine.load(imageGraph(weights, seedTruncation(project)).bytes)
  const { resolution } = weights
  const images: Uint8Array[] = []
  try {
    for (const { sample } of painted) {
      signal?.throwIfAborted()
      const z = float32(Float32Array.from(sampleLatent(sample.seed, weights.latentLength)), [1, weights.latentLength])
      const { results } = await session.run({ z })
      images.push(await encodeRgb({ width: resolution, height: resolution, data: uint8Data(results.image, 'image') }))
    }
  } finally {
    await session.release()
  }
  return images
}
