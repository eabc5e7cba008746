/** Generators into a store: weights first, the record last, so that where a record is, its weights are whole. */
import { createJson, getJson, type Store } from '../../../integrations/storage/index.ts'
import { generatorRecordKey, generatorWeightsKey, projectKeys } from '../../../integrations/storage/keys.ts'
import { GeneratorRecord } from '../../../schemas/generator.ts'
import { type Generator, Project } from '../../../schemas/project.ts'
import { sha256Of } from '../../../schemas/sha256.ts'
import { readGeneratorRecord } from '../../generators.ts'
import { listProjectNames, nameOf } from '../../projectNames.ts'
import { JobError } from './context.ts'
import { write } from './writing.ts'

/** A generator stands under this name already, and is not to be lost. Says how to go on. */
export class GeneratorThereError extends Error {
  override readonly name = 'GeneratorThereError'
}

/**
 * Writes weights and record in the place of whatever stands under the record's name.
 * @throws GeneratorThereError where a project of the store was made with other weights of that name
 */
export async function storeGenerator(store: Store, record: GeneratorRecord, weights: Uint8Array): Promise<void> {
  const { name, sha256 } = record
  const there = await store.get(generatorWeightsKey(name))
  if (there !== undefined && sha256Of(there.bytes) !== sha256) await refuseUsed(store, record)
  // Removed first: a record must never stand beside weights of another one.
  await store.remove(generatorRecordKey(name))
  await write(store, generatorWeightsKey(name), weights)
  await createJson(store, generatorRecordKey(name), GeneratorRecord, record)
}

async function refuseUsed(store: Store, { name, sha256 }: GeneratorRecord): Promise<void> {
  const users: string[] = []
  for (const project of await listProjectNames(store)) {
    const { project: key } = projectKeys(project.platform, project.id)
    const generator = (await getJson(store, key, Project))?.value.generator
    if (generator?.name === name && generator.sha256 !== sha256) users.push(nameOf(project))
  }
  if (users.length > 0)
    throw new GeneratorThereError(
      `${name} is what ${users.join(', ')} ${users.length === 1 ? 'draws its' : 'draw their'} samples from, so its weights stay: import these under another --name`,
    )
}

/**
 * Brings a generator from one store into another, which is then whole by itself. What is there already stays.
 * @throws JobError where the first store does not hold it as its record says; GeneratorThereError
 */
export async function copyGenerator(
  from: Store,
  to: Store,
  { name, sha256 }: Pick<Generator, 'name' | 'sha256'>,
): Promise<void> {
  if ((await readGeneratorRecord(to, name))?.sha256 === sha256) return
  const record = await readGeneratorRecord(from, name)
  const weights = await from.get(generatorWeightsKey(name))
  if (record === undefined || weights === undefined || sha256Of(weights.bytes) !== sha256)
    throw new JobError(`the weights of generator ${name} are damaged or gone: import it again with --replace`)
  await storeGenerator(to, record, weights.bytes)
}
