import { readFile } from 'node:fs/promises'
import { packageFile } from '../../../integrations/packageFiles.ts'
import type { Store } from '../../../integrations/storage/index.ts'
import { generatorWeightsKey } from '../../../integrations/storage/keys.ts'
import type { Generator } from '../../../schemas/project.ts'
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
  return { name, kind: facts.kind, resolution, latentLength, sha256 }
}

function read(key: string, bytes: Uint8Array): GeneratorWeights {
  try {
    return readGenerator(bytes)
  } catch (cause) {
    throw new JobError(`generator ${key} cannot be used: import it again`, { cause })
  }
}

/**
 * The weights that a project was made with: from the store, or from the package.
 * @throws JobError where they are missing or are others than the project's
 */
export async function readProjectGenerator(store: Store, { name, sha256 }: Generator): Promise<GeneratorWeights> {
  const key = generatorWeightsKey(name)
  const stored = await store.get(key)
  if (stored === undefined && name !== embeddedGenerator)
    throw new JobError(`the store holds no generator ${name} (${key}): import it first`)
  const weights = stored === undefined ? await readEmbeddedGenerator() : read(key, stored.bytes)
  if (weights.sha256 !== sha256)
    throw new JobError(
      `generator ${name} has SHA-256 ${weights.sha256}, the project was made with ${sha256}: other weights are another generator`,
    )
  return weights
}
