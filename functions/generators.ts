/** The generators that a store holds, by name: those that were imported, and the one that comes with the package. */
import { getJson, readEach, type Store } from '../integrations/storage/index.ts'
import { generatorRecordKey, generatorsRoot } from '../integrations/storage/keys.ts'
import { GeneratorRecord } from '../schemas/generator.ts'
import type { Generator } from '../schemas/project.ts'

/** A name that means no generator of the store. */
export class UnknownGeneratorError extends Error {
  override readonly name = 'UnknownGeneratorError'
}

/** What was imported, by name. @throws InvalidRecordError */
export async function listGenerators(store: Store): Promise<readonly GeneratorRecord[]> {
  return readEach(store, generatorsRoot, 'generator.json', GeneratorRecord)
}

/** What was imported under a name. @throws InvalidRecordError */
export async function readGeneratorRecord(store: Store, name: string): Promise<GeneratorRecord | undefined> {
  return (await getJson(store, generatorRecordKey(name), GeneratorRecord))?.value
}

/** What a project's record says of a generator. */
export function generatorOf({
  name,
  facts,
  resolution,
  latentLength,
  sha256,
}: Pick<GeneratorRecord, 'name' | 'facts' | 'resolution' | 'latentLength' | 'sha256'>): Generator {
  const crop = facts.crop === undefined ? {} : { crop: facts.crop }
  return { name, kind: facts.kind, resolution, ...crop, latentLength, sha256 }
}

/**
 * The generator of a name.
 * @param embedded the one that comes with the package, where whoever asks can have it
 * @throws UnknownGeneratorError lists those that are there; InvalidRecordError
 */
export async function findGenerator(
  store: Store,
  name: string,
  embedded?: () => Promise<Generator>,
): Promise<Generator> {
  const own = await embedded?.()
  if (own?.name === name) return own
  const record = await readGeneratorRecord(store, name)
  if (record !== undefined) return generatorOf(record)
  const names = [...(own === undefined ? [] : [own.name]), ...(await listGenerators(store)).map((other) => other.name)]
  const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`
  throw new UnknownGeneratorError(`no generator ${name} was imported (${there}): import it with  sixteen import`)
}
