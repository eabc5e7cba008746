import { describe, expect, test } from 'vitest'
import { findGenerator, generatorOf } from '../../functions/generators.ts'
import { describeGenerator } from '../../functions/gpu/jobs/generatorWeights.ts'
import { importGenerator } from '../../functions/gpu/jobs/importGenerator.ts'
import { copyGenerator } from '../../functions/gpu/jobs/storeGenerator.ts'
import { readGenerator } from '../../functions/gpu/stylegan/weights.ts'
import { generatorRecordKey, generatorWeightsKey } from '../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../integrations/storage/memory.ts'
import type { Generator } from '../../schemas/project.ts'
import { objectsOf, request, resnet, skip } from './gpu/jobs/importing.ts'

describe('a copy in another store', () => {
  test('is whole: record and weights are the same', async () => {
    const [from, to] = [openMemoryStore(), openMemoryStore()]
    const { record } = await importGenerator(from, request())
    await copyGenerator(from, to, record)
    await copyGenerator(from, to, record)
    expect(await objectsOf(to)).toEqual(await objectsOf(from))
  })

  test('is not made of weights that are not what the record says', async () => {
    const [from, to] = [openMemoryStore(), openMemoryStore()]
    const { record } = await importGenerator(from, request())
    await from.remove(generatorWeightsKey('faces'))
    await from.create(generatorWeightsKey('faces'), resnet)
    await expect(copyGenerator(from, to, record)).rejects.toThrow('the weights of generator faces are damaged or gone')
    expect(await objectsOf(to)).toEqual(new Map())
  })
})

describe('a generator by name', () => {
  const embedded = async (): Promise<Generator> => ({ ...describeGenerator('avatars', readGenerator(skip)) })

  test('is the imported one, or the one that comes with the package', async () => {
    const store = openMemoryStore()
    const { record } = await importGenerator(store, request())
    expect(await findGenerator(store, 'faces', embedded)).toEqual(generatorOf(record))
    expect(await findGenerator(store, 'avatars', embedded)).toEqual(await embedded())
  })

  test('that is not there is told together with those that are', async () => {
    const store = openMemoryStore()
    await expect(findGenerator(store, 'cats')).rejects.toThrow('no generator cats was imported (there is none)')
    await importGenerator(store, request())
    await expect(findGenerator(store, 'cats', embedded)).rejects.toThrow('(there are avatars, faces)')
  })

  test('is not one whose weights alone are there', async () => {
    const store = openMemoryStore()
    await store.create(generatorWeightsKey('faces'), skip)
    await expect(findGenerator(store, 'faces')).rejects.toThrow('no generator faces was imported')
    expect(await store.head(generatorRecordKey('faces'))).toBeUndefined()
  })
})
