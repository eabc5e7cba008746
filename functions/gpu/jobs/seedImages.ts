import { encodeRgb } from '../../../integrations/images/index.ts'
import { ensure } from '../../../integrations/storage/index.ts'
import type { Project } from '../../../schemas/project.ts'
import type { Sample } from '../../../schemas/sample.ts'
import { imageGraph } from '../interpreter/factoryGraph.ts'
import { uint8Data } from '../onnx/hostTensor.ts'
import { sizeOfImages } from '../stylegan/generator.ts'
import { latentTensor } from '../stylegan/latents.ts'
import { type PaintedSample, seedTruncation } from './annotations.ts'
import type { JobContext } from './context.ts'
import { readProjectGenerator } from './generatorWeights.ts'

type ImageContext = Pick<JobContext, 'store' | 'keys' | 'engine' | 'signal'>

/**
 * PNG files of the painted samples: as stored, else made again.
 * @returns one for each sample, in order
 */
export async function readSeedImages(
  context: ImageContext,
  project: Project,
  painted: readonly PaintedSample[],
): Promise<readonly Uint8Array[]> {
  const { store, keys } = context
  const stored = await Promise.all(painted.map(({ sample }) => store.get(keys.sampleImage(sample.id))))
  if (stored.every((object) => object !== undefined)) return stored.map(({ bytes }) => bytes)
  const images: Uint8Array[] = []
  for await (const image of makeImages(
    context,
    project,
    painted.map(({ sample }) => sample),
  ))
    images.push(image)
  return images
}

/** Makes the pictures of samples that have none in the store yet; leaves `samples/<id>.png`. */
export async function renderSeeds(context: ImageContext, project: Project, samples: readonly Sample[]): Promise<void> {
  const { store, keys } = context
  const heads = await Promise.all(samples.map(({ id }) => store.head(keys.sampleImage(id))))
  const missing = samples.filter((_, index) => heads[index] === undefined)
  const ids = missing.map(({ id }) => id).values()
  for await (const image of makeImages(context, project, missing)) {
    const { value: id } = ids.next()
    if (id !== undefined) await ensure(store, keys.sampleImage(id), image)
  }
}

/** @returns PNG files, one for each sample, in order */
async function* makeImages(
  { store, engine, signal }: ImageContext,
  project: Project,
  samples: readonly Sample[],
): AsyncGenerator<Uint8Array> {
  if (samples.length === 0) return
  const weights = await readProjectGenerator(store, project.generator)
  const session = await engine.load(imageGraph(weights, seedTruncation(project)).bytes, { handOver: true })
  const size = sizeOfImages(weights)
  try {
    for (const { seed } of samples) {
      signal?.throwIfAborted()
      const { results } = await session.run({ z: latentTensor(seed, weights.latentLength) })
      yield await encodeRgb({ ...size, data: uint8Data(results.image, 'image') })
    }
  } finally {
    await session.release()
  }
}
