import { describe, expect, test } from 'vitest'
import { findGenerator, generatorOf, listGenerators } from '../../../../functions/generators.ts'
import { describeGenerator, readNamedGenerator } from '../../../../functions/gpu/jobs/generatorWeights.ts'
import { type ImportRequest, importGenerator } from '../../../../functions/gpu/jobs/importGenerator.ts'
import { readSafetensors, writeSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import type { Store } from '../../../../integrations/storage/index.ts'
import { generatorWeightsKey } from '../../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../../integrations/storage/memory.ts'
import { fixture } from '../../../support/fixture.ts'
import { hashOf, now, objectsOf, request, resnet, skip, useInProject } from './importing.ts'

const refused = (store: Store, more: Partial<ImportRequest>): Promise<string> =>
  importGenerator(store, request(more)).then(
    () => '',
    (error: Error) => `${error.name}: ${error.message}`,
  )

describe('an imported generator', () => {
  test('is kept with a record that says what it is and where it came from', async () => {
    const store = openMemoryStore()
    const { record, outcome } = await importGenerator(store, request({ licence: async () => 'CC BY-NC 4.0' }))
    // What test/fixtures/stylegan/make.py made.
    expect({ outcome, record }).toEqual({
      outcome: 'new',
      record: {
        schemaVersion: 1,
        name: 'faces',
        facts: expect.objectContaining({ kind: 'stylegan2', architecture: 'skip' }),
        resolution: 32,
        channels: [10, 8, 7, 5],
        latentLength: 6,
        styleLength: 8,
        mappingLayers: 3,
        precision: 'float32',
        sha256: hashOf((await store.get(generatorWeightsKey('faces')))?.bytes ?? Uint8Array.of()),
        source: { format: 'safetensors', location: 'skip.safetensors', sha256: hashOf(skip) },
        licence: 'CC BY-NC 4.0',
        importedAt: now.toISOString(),
      },
    })
    expect(await listGenerators(store)).toEqual([record])
  })

  test('has the weights of the checkpoint', async () => {
    const store = openMemoryStore()
    await importGenerator(store, request())
    const weights = await readNamedGenerator(store, 'faces')
    const { tensors } = readSafetensors((await store.get(generatorWeightsKey('faces')))?.bytes ?? skip)
    const original = readGenerator(skip)
    expect(tensors.size).toBeGreaterThan(20)
    for (const name of tensors.keys()) expect(weights.get(name)).toEqual(original.get(name))
    expect(describeGenerator('faces', weights)).toEqual(await findGenerator(store, 'faces'))
  })

  test('as float16 takes less room, and is another one', async () => {
    const store = openMemoryStore()
    const { record: full } = await importGenerator(store, request())
    const { record: half } = await importGenerator(store, request({ name: 'half', precision: 'float16' }))
    expect(half).toMatchObject({ precision: 'float16', source: full.source })
    expect(half.sha256).not.toBe(full.sha256)
    const sizeOf = async (name: string) => (await store.head(generatorWeightsKey(name)))?.size ?? 0
    expect(await sizeOf('half')).toBeLessThan(await sizeOf('faces'))
  })

  test.each([
    ['in the middle', { width: 32, height: 24 }, { x: 0, y: 4, width: 32, height: 24 }],
    ['where it is wanted', { width: 16, height: 8, place: { x: 3, y: 24 } }, { x: 3, y: 24, width: 16, height: 8 }],
    ['in the middle, the larger rest below', { width: 31, height: 31 }, { x: 0, y: 0, width: 31, height: 31 }],
    ['that is the whole square', { width: 32, height: 32 }, undefined],
  ])('can have a crop %s', async (_, crop, placed) => {
    const store = openMemoryStore()
    const { record } = await importGenerator(store, request({ crop }))
    expect(record.facts.crop).toEqual(placed)
    expect(generatorOf(record).crop).toEqual(placed)
    expect(describeGenerator('faces', await readNamedGenerator(store, 'faces'))).toEqual(generatorOf(record))
  })

  test.each([
    { width: 33, height: 8 },
    { width: 16, height: 64 },
    { width: 16, height: 8, place: { x: 17, y: 0 } },
    { width: 16, height: 8, place: { x: 0, y: 25 } },
  ])('cannot have a crop that is not inside: %j', async (crop) => {
    const store = openMemoryStore()
    expect(await refused(store, { crop })).toMatch(/^CropError: .* does not lie inside the generator’s 32×32 pixels/)
    expect(await objectsOf(store)).toEqual(new Map())
  })

  test('of a conditional network makes images of one class, which is noted', async () => {
    const file = fixture('stylegan/checkpoints/ada-conditional.pkl')
    const store = openMemoryStore()
    expect(await refused(store, { file })).toMatch(/^CheckpointError: .*class/)
    const { record } = await importGenerator(store, request({ file, classIndex: 1, location: 'ada.pkl' }))
    expect(record.source).toEqual({ format: 'nvidia-pickle', location: 'ada.pkl', sha256: hashOf(file), classIndex: 1 })
  })

  test('can have another ψ than the checkpoint says', async () => {
    const { record } = await importGenerator(openMemoryStore(), request({ truncation: 0.5 }))
    expect(record.facts.defaultTruncation).toBe(0.5)
  })
})

describe('a file', () => {
  test('of another SHA-256 is not looked into', async () => {
    const store = openMemoryStore()
    const message = await refused(store, { file: Uint8Array.from({ length: 100 }), sha256: 'a'.repeat(64) })
    expect(message).toMatch(/^ChecksumError: .*expected aaaa.* nothing was read of it/)
    expect(await objectsOf(store)).toEqual(new Map())
  })

  test('of the right SHA-256 is imported, however that is written', async () => {
    const { outcome } = await importGenerator(openMemoryStore(), request({ sha256: hashOf(skip).toUpperCase() }))
    expect(outcome).toBe('new')
  })

  test.each([
    ['that is empty', new Uint8Array(0)],
    ['that is cut short', skip.subarray(0, skip.length - 1)],
    ['that is something else', new TextEncoder().encode('<!doctype html><title>Sign in</title>')],
    [
      'that holds another network',
      writeSafetensors(new Map([['a', { dtype: 'F32', shape: [1], data: new Float32Array(1) }]])),
    ],
  ])('%s leaves nothing in the store', async (_, file) => {
    const store = openMemoryStore()
    expect(await refused(store, { file })).not.toBe('')
    expect(await objectsOf(store)).toEqual(new Map())
  })
})

describe('a name', () => {
  test('that holds the same weights already: nothing is changed, and nobody asked', async () => {
    const store = openMemoryStore()
    const { record } = await importGenerator(store, request({ licence: async () => 'MIT' }))
    const before = await objectsOf(store)
    const licence = async (): Promise<string> => {
      throw new Error('asked')
    }
    const again = await importGenerator(store, request({ licence, location: 'elsewhere', now: () => new Date() }))
    expect(again).toEqual({ outcome: 'there', record, notes: [] })
    expect(await objectsOf(store)).toEqual(before)
  })

  test('that holds other weights is kept from harm, unless these are to be replaced', async () => {
    const store = openMemoryStore()
    await importGenerator(store, request())
    const before = await objectsOf(store)
    expect(await refused(store, { file: resnet })).toMatch(
      /^GeneratorThereError: there is another generator faces already, of skip.safetensors: .*--replace/,
    )
    expect(await objectsOf(store)).toEqual(before)
    const { record, outcome } = await importGenerator(store, request({ file: resnet, replace: true }))
    expect(outcome).toBe('replaced')
    expect(record.facts.architecture).toBe('resnet')
    expect(await findGenerator(store, 'faces')).toEqual(generatorOf(record))
  })

  test('that a project uses keeps its weights whatever is asked for', async () => {
    const store = openMemoryStore()
    const { record } = await importGenerator(store, request())
    await useInProject(store, generatorOf(record))
    const before = await objectsOf(store)
    expect(await refused(store, { file: resnet, replace: true })).toMatch(
      /^GeneratorThereError: faces is what label-studio-\S+ draws its samples from/,
    )
    expect(await objectsOf(store)).toEqual(before)
  })

  test('that a project uses can still get a note of the licence', async () => {
    const store = openMemoryStore()
    const { record } = await importGenerator(store, request())
    await useInProject(store, generatorOf(record))
    const noted = await importGenerator(store, request({ replace: true, licence: async () => 'CC0' }))
    expect(noted.record).toEqual({ ...record, licence: 'CC0' })
    // Nobody's answer takes a note away.
    expect((await importGenerator(store, request({ replace: true }))).record.licence).toBe('CC0')
  })

  test('whose weights were put there without a record is protected all the same', async () => {
    const store = openMemoryStore()
    await store.create(generatorWeightsKey('faces'), skip)
    await useInProject(store, describeGenerator('faces', readGenerator(skip)))
    expect(await refused(store, { file: resnet })).toMatch(/^GeneratorThereError: faces is what/)
  })

  test('of the generator that comes with the package is taken', async () => {
    expect(await refused(openMemoryStore(), { name: 'avatars' })).toMatch(
      /^GeneratorThereError: avatars is the generator/,
    )
  })
})

describe('an import that was ended between weights and record', () => {
  test('left no generator, and is done again', async () => {
    const whole = openMemoryStore()
    await importGenerator(whole, request())
    const store = openMemoryStore()
    await store.create(generatorWeightsKey('faces'), (await whole.get(generatorWeightsKey('faces')))?.bytes ?? skip)
    expect(await listGenerators(store)).toEqual([])
    expect((await importGenerator(store, request())).outcome).toBe('new')
    expect(await objectsOf(store)).toEqual(await objectsOf(whole))
  })

  test('or left weights of another file: those are nobody’s', async () => {
    const store = openMemoryStore()
    await store.create(generatorWeightsKey('faces'), resnet)
    const { record } = await importGenerator(store, request())
    expect(describeGenerator('faces', await readNamedGenerator(store, 'faces'))).toEqual(generatorOf(record))
  })

  test('never leaves a record beside weights that are not its own', async () => {
    const inner = openMemoryStore()
    await importGenerator(inner, request())
    const killed: Store = {
      ...inner,
      replace: async () => {
        throw new Error('killed')
      },
    }
    expect(await refused(killed, { file: resnet, replace: true })).toContain('killed')
    expect(await listGenerators(inner)).toEqual([])
  })
})
