import { readFile } from 'node:fs/promises'
import { packageFile } from '../../../integrations/packageFiles.ts'
import type { Store } from '../../../integrations/storage/index.ts'
import { generatorWeightsKey } from '../../../integrations/storage/keys.ts'
import type { Generator } from '../../../schemas/project.ts'
import { findGenerator, generatorOf } from '../../generators.ts'
import { type GeneratorWeights, readGenerator } from '../stylegan/weights.ts'
import { JobError } from './context.ts'

/** The generator that comes with the package. */
export const embeddedGenerator = 'avatars'

/** @throws GeneratorError, SafetensorsError where the file is damaged */
export async function readEmbeddedGenerator(): Promise<GeneratorWeights> {
  return readGenerator(await readFile(packageFile('models/avatars/generator.safetensors')))
}

/** What a project's record says of a generator. */
export function describeGenerator(
  name: string,
  { facts, resolution, latentLength, sha256 }: GeneratorWeights,
): Generator {
  return generatorOf({ name, facts, resolution, latentLength, sha256 })
}

/** What the record of an import says of the weights themselves. */
export function describeWeights(weights: GeneratorWeights) {
  const { facts, resolution, latentLength, styleLength, mappingLayers, sha256, blocks } = weights
  const channels = blocks.map((side) => weights.get(`synthesis.b${side}.conv1.weight`).shape[0] ?? 0)
  return { facts, resolution, channels, latentLength, styleLength, mappingLayers, sha256 }
}

function read(key: string, bytes: Uint8Array): GeneratorWeights {
  try {
    return readGenerator(bytes)
  } catch (cause) {
    throw new JobError(`generator ${key} cannot be used: import it again`, { cause })
  }
}

/**
 * The weights of a generator, by its name: those that were imported, or those of the package.
 * @throws UnknownGeneratorError lists those that are there; JobError where they are not what was imported
 */
export async function readNamedGenerator(store: Store, name: string): Promise<GeneratorWeights> {
  const embedded = async (): Promise<Generator> => describeGenerator(embeddedGenerator, await readEmbeddedGenerator())
  return readProjectGenerator(store, await findGenerator(store, name, embedded))
}

/**
 * The weights that a project was made with: from the store, or from the package.
 * @throws JobError where they are missing or are others than the project's
 */
export async function readProjectGenerator(store: Store, { name, sha256 }: Generator): Promise<GeneratorWeights> {
  const key = generatorWeightsKey(name)
  const stored = await store.get(key)
  if (stored === undefined && name !== embeddedGenerator)
    throw new JobError(`the store holds no generator ${name} (${key}): import it with  sixteen import`)
  const weights = stored === undefined ? await readEmbeddedGenerator() : read(key, stored.bytes)
  if (weights.sha256 !== sha256)
    throw new JobError(
      `generator ${name} has SHA-256 ${weights.sha256}, the project was made with ${sha256}: other weights are another generator`,
    )
  return weights
}
