import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  AlreadyExistsError,
  ChangedError,
  ContentionError,
  createJson,
  encodeJson,
  getJson,
  InvalidRecordError,
  MissingError,
  type Store,
  updateJson,
} from '../../../integrations/storage/index.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'

const Counter = z.object({ name: z.string(), count: z.int() })
const text = (content: string): Uint8Array => new TextEncoder().encode(content)

describe('a record', () => {
  test('is read as it was created', async () => {
    const store = openMemoryStore()
    const etag = await createJson(store, 'a.json', Counter, { name: 'müsli', count: 1 })
    expect(await getJson(store, 'a.json', Counter)).toEqual({ value: { name: 'müsli', count: 1 }, etag })
    expect(await getJson(store, 'b.json', Counter)).toBeUndefined()
    await expect(createJson(store, 'a.json', Counter, { name: 'b', count: 2 })).rejects.toThrow(AlreadyExistsError)
  })

  test('is the same bytes whatever the order of its fields', () => {
    const bytes = encodeJson('a.json', Counter, { name: 'a', count: 1 })
    expect(encodeJson('a.json', Counter, { count: 1, name: 'a' })).toEqual(bytes)
    expect(new TextDecoder().decode(bytes)).toBe('{\n  "name": "a",\n  "count": 1\n}\n')
  })

  test.each([
    ['{"name":"a","count":"many"}', 'a.json is not a valid record', 'count'],
    ['{"name":"a"', 'a.json is not a valid record: it is not JSON', ''],
    ['', 'a.json is not a valid record: it is not JSON', ''],
    ['null', 'a.json is not a valid record', 'expected object'],
  ])('that reads %j is refused with key and field', async (content, message, detail) => {
    const store = openMemoryStore()
    await store.create('a.json', text(content))
    for (const read of [getJson(store, 'a.json', Counter), updateJson(store, 'a.json', Counter, (value) => value)]) {
      await expect(read).rejects.toThrow(InvalidRecordError)
      await expect(read).rejects.toThrow(message)
      await expect(read).rejects.toThrow(detail)
    }
  })

  test('that is not UTF-8 is refused', async () => {
    const store = openMemoryStore()
    await store.create('a.json', new Uint8Array([0x22, 0xff, 0x22]))
    await expect(getJson(store, 'a.json', z.string())).rejects.toThrow('it is not JSON in UTF-8')
  })

  test('that does not fit its schema is never written', async () => {
    const store = openMemoryStore()
    const wrong = { name: 'a', count: 0.5 }
    await expect(createJson(store, 'a.json', Counter, wrong)).rejects.toThrow(InvalidRecordError)
    expect(await store.get('a.json')).toBeUndefined()
    await createJson(store, 'a.json', Counter, { name: 'a', count: 1 })
    await expect(updateJson(store, 'a.json', Counter, () => wrong)).rejects.toThrow('count')
    expect((await getJson(store, 'a.json', Counter))?.value.count).toBe(1)
  })
})

describe('updating', () => {
  test('what is not there is an error that names the key', async () => {
    const update = updateJson(openMemoryStore(), 'a.json', Counter, (value) => value)
    await expect(update).rejects.toThrow(MissingError)
    await expect(update).rejects.toThrow('a.json does not exist')
  })

  test('without a change writes nothing', async () => {
    const store = openMemoryStore()
    const etag = await createJson(store, 'a.json', Counter, { name: 'a', count: 1 })
    const replace = () => Promise.reject(new Error('was written'))
    expect((await updateJson({ ...store, replace }, 'a.json', Counter, (value) => ({ ...value }))).etag).toBe(etag)
  })

  test('begins again from what another writer left', async () => {
    const store = openMemoryStore()
    await createJson(store, 'a.json', Counter, { name: 'a', count: 1 })
    let interfered = false
    const busy: Store = {
      ...store,
      replace: async (key, bytes, etag) => {
        if (!interfered) {
          interfered = true
          await store.replace(key, encodeJson(key, Counter, { name: 'a', count: 10 }), etag)
        }
        return await store.replace(key, bytes, etag)
      },
    }
    const { value } = await updateJson(busy, 'a.json', Counter, (old) => ({ ...old, count: old.count + 1 }))
    expect(value.count).toBe(11)
  })

  test('gives up when others are always faster, and says so', async () => {
    const store = openMemoryStore()
    await createJson(store, 'a.json', Counter, { name: 'a', count: 1 })
    const replace = (key: string, _bytes: Uint8Array, etag: string): Promise<string> =>
      Promise.reject(new ChangedError(key, etag, 'other'))
    const update = updateJson({ ...store, replace }, 'a.json', Counter, (old) => ({ ...old, count: old.count + 1 }))
    await expect(update).rejects.toThrow(ContentionError)
    await expect(update).rejects.toThrow('a.json was changed by other writers in each of 1000 attempts')
  })

  test('hands on what is no race', async () => {
    const store = openMemoryStore()
    await createJson(store, 'a.json', Counter, { name: 'a', count: 1 })
    const replace = (): Promise<string> => Promise.reject(new Error('full disk'))
    const update = updateJson({ ...store, replace }, 'a.json', Counter, () => ({ name: 'b', count: 2 }))
    await expect(update).rejects.toThrow('full disk')
  })
})
