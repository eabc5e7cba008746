/** A person's checkpoint becomes a generator of the store. */
import type { Store } from '../../../integrations/storage/index.ts'
import { generatorWeightsKey } from '../../../integrations/storage/keys.ts'
import { type GeneratorFacts, GeneratorRecord } from '../../../schemas/generator.ts'
import { sha256Of } from '../../../schemas/sha256.ts'
import { readGeneratorRecord } from '../../generators.ts'
import type { CheckpointOptions, ImportedCheckpoint } from '../stylegan/checkpoints/checkpoint.ts'
import { readCheckpoint } from '../stylegan/checkpoints/readCheckpoint.ts'
import { readGenerator } from '../stylegan/weights.ts'
import { writeGenerator } from '../stylegan/writeGenerator.ts'
import { JobError } from './context.ts'
import { describeWeights, embeddedGenerator } from './generatorWeights.ts'
import { type CropWish, placeCrop } from './placeCrop.ts'
import { GeneratorThereError, storeGenerator } from './storeGenerator.ts'

export interface ImportRequest extends CheckpointOptions {
  readonly name: GeneratorRecord['name']
  /** The checkpoint, whole. */
  readonly file: Uint8Array
  /** File name or address, without credentials or a query. */
  readonly location: string
  /** SHA-256 that the file must have, checked before anything is read of it. */
  readonly sha256?: string | undefined
  readonly precision: GeneratorRecord['precision']
  readonly crop?: CropWish | undefined
  /** ψ to sample with; without it the checkpoint's, or what is usual. */
  readonly truncation?: number | undefined
  /** Whether other weights of this name are taken away, where no project uses them. */
  readonly replace: boolean
  /** What is known of the licence. Asked only for what is really kept. */
  readonly licence: () => Promise<string | null>
  readonly now: () => Date
}

export interface Imported {
  readonly record: GeneratorRecord
  /** `there`: the same weights stood under this name already, and nothing was changed, which `replace` would do. */
  readonly outcome: 'new' | 'replaced' | 'there'
  /** What a person should know of what was read. */
  readonly notes: readonly string[]
}

/** The file is not the one that was asked for. */
export class ChecksumError extends Error {
  override readonly name = 'ChecksumError'
}

/**
 * Reads a checkpoint, and keeps it under its name with canonical weights.
 *
 * @throws ChecksumError before anything is read; CheckpointError, PickleError, SafetensorsError, GeneratorError for what
 *   cannot be used; CropError; GeneratorThereError where the name is taken; StorageError. Then the store is as before.
 */
export async function importGenerator(store: Store, request: ImportRequest): Promise<Imported> {
  const { name, file, precision, replace } = request
  if (name === embeddedGenerator)
    throw new GeneratorThereError(
      `${embeddedGenerator} is the generator that comes with sixteen: choose another --name`,
    )
  const source = checkedHash(request)
  const checkpoint = readCheckpoint(file, request.classIndex === undefined ? {} : { classIndex: request.classIndex })
  const bytes = writeGenerator(checkpoint.tensors, factsOf(checkpoint, request), { precision })
  const weights = readGenerator(bytes)
  const there = await readGeneratorRecord(store, name)
  const same = there?.sha256 === weights.sha256 && (await store.head(generatorWeightsKey(name))) !== undefined
  if (same && !replace) return { record: there, outcome: 'there', notes: checkpoint.notes }
  if (there !== undefined && there.sha256 !== weights.sha256 && !replace)
    throw new GeneratorThereError(
      `there is another generator ${name} already, of ${there.source.location}: choose another --name, or give --replace`,
    )
  const record = GeneratorRecord.parse({
    schemaVersion: 1,
    name,
    ...describeWeights(weights),
    precision,
    source: {
      format: checkpoint.format,
      location: request.location,
      sha256: source,
      ...(request.classIndex === undefined ? {} : { classIndex: request.classIndex }),
    },
    licence: (await request.licence()) ?? (same ? there.licence : null),
    importedAt: request.now().toISOString(),
  } satisfies GeneratorRecord)
  await storeGenerator(store, record, bytes)
  return { record, outcome: there === undefined ? 'new' : 'replaced', notes: checkpoint.notes }
}

function checkedHash({ file, sha256, location }: ImportRequest): string {
  const actual = sha256Of(file)
  if (sha256 !== undefined && actual !== sha256.toLowerCase())
    throw new ChecksumError(
      `${location} has SHA-256 ${actual}, expected ${sha256}: it is another file, or was damaged on the way; nothing was read of it`,
    )
  return actual
}

function factsOf({ facts, tensors }: ImportedCheckpoint, { crop, truncation }: ImportRequest): GeneratorFacts {
  const { crop: own, ...others } = facts
  const placed = crop === undefined ? own : placeCrop(crop, resolutionOf(tensors))
  return {
    ...others,
    defaultTruncation: truncation ?? facts.defaultTruncation,
    ...(placed === undefined ? {} : { crop: placed }),
  }
}

/** Side of the largest synthesis block in pixels. @throws JobError where there is none */
function resolutionOf(tensors: ImportedCheckpoint['tensors']): number {
  const sides = [...tensors.keys()].flatMap((key) => /^synthesis\.b(\d+)\./.exec(key)?.[1] ?? [])
  if (sides.length === 0) throw new JobError('the checkpoint has no synthesis blocks, so nothing can be cropped')
  return Math.max(...sides.map(Number))
}
