import { generatorOf } from '../../functions/generators.ts'
import { createJson, type Store } from '../../integrations/storage/index.ts'
import { generatorRecordKey } from '../../integrations/storage/keys.ts'
import { type Crop, GeneratorRecord } from '../../schemas/generator.ts'
import type { Generator } from '../../schemas/project.ts'

/** The record of a generator as an import leaves it, without weights. @returns what projects say of it */
export async function addGenerator(
  store: Store,
  name: string,
  { resolution = 128, crop }: { readonly resolution?: number; readonly crop?: Crop | undefined } = {},
): Promise<Generator> {
  const record = GeneratorRecord.parse({
    schemaVersion: 1,
    name,
    facts: {
      kind: 'stylegan2',
      architecture: 'skip',
      convClamp: null,
      mappingMultiplier: 0.01,
      defaultTruncation: 0.7,
      ...(crop === undefined ? {} : { crop }),
    },
    resolution,
    channels: [8, 8, 8, 8],
    latentLength: 512,
    styleLength: 512,
    mappingLayers: 8,
    precision: 'float32',
    sha256: 'c'.repeat(64),
    source: { format: 'nvidia-pickle', location: `${name}.pkl`, sha256: 'e'.repeat(64) },
    licence: null,
    importedAt: '2030-01-01T00:00:00.000Z',
  })
  await createJson(store, generatorRecordKey(name), GeneratorRecord, record)
  return generatorOf(record)
}
