import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  AlreadyExistsError,
  ChangedError,
  createJson,
  DifferentContentError,
  ensure,
  getJson,
  InvalidKeyError,
  type Store,
  updateJson,
} from '../../integrations/storage/index.ts'

export interface StoreUnderTest {
  store: Store
  close?(): Promise<void>
}

export interface StoreContract {
  name: string
  /** Opens an empty store, a new one each time. */
  open(): Promise<StoreUnderTest>
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)

/** All that an iteration gives, as an array. */
export const collect = async (keys: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = []
  for await (const key of keys) all.push(key)
  return all
}

const Counter = z.object({ count: z.int() })

/** Keys that no store may take. */
export const hostileKeys = [
  '',
  '/',
  '/etc/passwd',
  '..',
  '../secret',
  'a/../../secret',
  'a/..',
  './a',
  'a/./b',
  'a//b',
  'a/',
  'a\\b',
  '..\\secret',
  'a\0b',
  'a\nb',
  'A',
  'a b',
  'a:b',
  'c:/windows',
  'a.',
  '.hidden',
  '.store/lock/1',
  'é',
  '%2e%2e/secret',
  'a'.repeat(256),
  `${'a/'.repeat(600)}a`,
]

/** What every driver of `Store` must do. */
export const describeStore = ({ name, open }: StoreContract): void => {
  describe(`the ${name} store`, () => {
    let opened: StoreUnderTest
    let store: Store

    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(async () => await opened.close?.())

    describe('reading and writing', () => {
      test('gives back what was created, under the etag that create returned', async () => {
        const etag = await store.create('samples/a.json', bytesOf('one'))
        expect(await store.get('samples/a.json')).toEqual({ bytes: bytesOf('one'), etag })
        expect(await store.head('samples/a.json')).toEqual({ etag, size: 3 })
      })

      test('knows nothing under a key that was never written', async () => {
        await store.create('samples/a.json', bytesOf('one'))
        for (const key of ['b', 'samples/b.json', 'other/folder/b.json', 'samples/a.jso', 'samples/a.json5']) {
          expect(await store.get(key)).toBeUndefined()
          expect(await store.head(key)).toBeUndefined()
        }
      })

      test('keeps an empty object apart from none', async () => {
        await store.create('empty', new Uint8Array())
        expect((await store.get('empty'))?.bytes).toEqual(new Uint8Array())
        expect((await store.head('empty'))?.size).toBe(0)
        await expect(store.create('empty', bytesOf('x'))).rejects.toThrow(AlreadyExistsError)
      })

      test('keeps every byte of a large object', async () => {
        const large = Uint8Array.from({ length: 12_345_678 }, (_, index) => (index * 2_654_435_761) >>> 24)
        const etag = await store.create('large.bin', large)
        const read = await store.get('large.bin')
        expect(Buffer.compare(read?.bytes ?? new Uint8Array(), large)).toBe(0)
        await store.replace('large.bin', large.subarray(1), etag)
        expect((await store.head('large.bin'))?.size).toBe(large.length - 1)
      })

      test('shares no bytes with its callers', async () => {
        const bytes = bytesOf('one')
        await store.create('a', bytes)
        bytes.fill(0)
        const first = await store.get('a')
        first?.bytes.fill(0)
        expect(textOf((await store.get('a'))?.bytes)).toBe('one')
      })

      test('stores a view of a larger buffer as only what the view shows', async () => {
        await store.create('view', bytesOf('abcdef').subarray(2, 4))
        expect(textOf((await store.get('view'))?.bytes)).toBe('cd')
      })

      test('forgets what was removed, and lets the key be created again', async () => {
        await store.create('a', bytesOf('one'))
        await store.remove('a')
        expect(await store.get('a')).toBeUndefined()
        await store.remove('a')
        await store.remove('never/there')
        await store.create('a', bytesOf('two'))
        expect(textOf((await store.get('a'))?.bytes)).toBe('two')
      })
    })

    describe('conditions', () => {
      test('creates only what is not there', async () => {
        await store.create('a', bytesOf('one'))
        const refusal = store.create('a', bytesOf('two'))
        await expect(refusal).rejects.toThrow(AlreadyExistsError)
        await expect(refusal).rejects.toThrow('a exists already')
        await expect(refusal).rejects.toHaveProperty('key', 'a')
        expect(textOf((await store.get('a'))?.bytes)).toBe('one')
      })

      test('replaces what is unchanged, and gives it a new etag', async () => {
        const first = await store.create('a', bytesOf('one'))
        const second = await store.replace('a', bytesOf('two'), first)
        expect(second).not.toBe(first)
        expect(await store.get('a')).toEqual({ bytes: bytesOf('two'), etag: second })
      })

      test('refuses to replace what changed since it was read', async () => {
        const first = await store.create('a', bytesOf('one'))
        await store.replace('a', bytesOf('two'), first)
        const refusal = store.replace('a', bytesOf('three'), first)
        await expect(refusal).rejects.toThrow(ChangedError)
        await expect(refusal).rejects.toHaveProperty('key', 'a')
        expect(textOf((await store.get('a'))?.bytes)).toBe('two')
      })

      test('refuses to replace what is gone or never was', async () => {
        const etag = await store.create('a', bytesOf('one'))
        await store.remove('a')
        await expect(store.replace('a', bytesOf('two'), etag)).rejects.toThrow(ChangedError)
        await expect(store.replace('never/there', bytesOf('two'), etag)).rejects.toThrow(ChangedError)
        expect(await collect(store.list(''))).toEqual([])
      })

      test('lets exactly one of 100 creators win', async () => {
        const attempts = Array.from({ length: 100 }, (_, index) => store.create('race/a', bytesOf(`writer ${index}`)))
        const outcomes = await Promise.allSettled(attempts)
        const winners = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index] : []))
        const losses = outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome) => outcome.reason)
        expect(winners).toHaveLength(1)
        expect(losses.every((reason) => reason instanceof AlreadyExistsError)).toBe(true)
        expect(textOf((await store.get('race/a'))?.bytes)).toBe(`writer ${winners[0]}`)
      })

      test('counts each of 50 increments made at once', async () => {
        await createJson(store, 'counter.json', Counter, { count: 0 })
        const increment = () => updateJson(store, 'counter.json', Counter, ({ count }) => ({ count: count + 1 }))
        const results = await Promise.all(Array.from({ length: 50 }, increment))
        expect((await getJson(store, 'counter.json', Counter))?.value.count).toBe(50)
        const seen = results.map((result) => result.value.count).sort((a, b) => a - b)
        expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
      })

      test('lets the same bytes be ensured twice, and at once, and refuses other bytes', async () => {
        const etags = await Promise.all([1, 2, 3].map(() => ensure(store, 'image.png', bytesOf('same'))))
        expect(new Set(etags).size).toBe(1)
        await expect(ensure(store, 'image.png', bytesOf('other'))).rejects.toThrow(DifferentContentError)
        expect(textOf((await store.get('image.png'))?.bytes)).toBe('same')
      })
    })

    describe('listing', () => {
      // In the order of their characters' codes: - . 0…9 _ a…z, and / between . and 0.
      const keys = [
        'a-b',
        'a-b2/c',
        'a.json',
        'a/0',
        'a/b/c',
        'a/b.json',
        'a0',
        'a_',
        'b',
        'b10',
        'b9',
        'runs/x/run.json',
      ]

      test('gives all keys in order, whatever the order of writing', async () => {
        for (const key of keys.toReversed()) await store.create(key, bytesOf(key))
        const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        expect(await collect(store.list(''))).toEqual(sorted)
      })

      test('gives the keys that begin with the prefix, which need not end at a step', async () => {
        for (const key of keys) await store.create(key, bytesOf(key))
        expect(await collect(store.list('a/'))).toEqual(['a/0', 'a/b.json', 'a/b/c'])
        expect(await collect(store.list('a/b'))).toEqual(['a/b.json', 'a/b/c'])
        expect(await collect(store.list('b1'))).toEqual(['b10'])
        expect(await collect(store.list('runs/x/run.json'))).toEqual(['runs/x/run.json'])
        expect(await collect(store.list('runs/x/run.json/'))).toEqual([])
        expect(await collect(store.list('nothing/here'))).toEqual([])
      })

      test('lists neither what was removed nor a folder that became empty', async () => {
        await store.create('a/b/c', bytesOf('one'))
        await store.remove('a/b/c')
        expect(await collect(store.list(''))).toEqual([])
      })

      test('gives the folders right below a folder, in order, without what is in them', async () => {
        for (const key of keys) await store.create(key, bytesOf(key))
        expect(await collect(store.folders(''))).toEqual(['a-b2/', 'a/', 'runs/'])
        expect(await collect(store.folders('a/'))).toEqual(['a/b/'])
        expect(await collect(store.folders('runs/'))).toEqual(['runs/x/'])
        expect(await collect(store.folders('runs/x/'))).toEqual([])
        expect(await collect(store.folders('nothing/'))).toEqual([])
      })

      test('asks for a folder, not for a prefix', async () => {
        await expect(collect(store.folders('a'))).rejects.toThrow(InvalidKeyError)
        await expect(collect(store.folders('../'))).rejects.toThrow(InvalidKeyError)
      })

      test('can be left in the middle', async () => {
        for (const key of keys) await store.create(key, bytesOf(key))
        for await (const key of store.list('a')) {
          expect(key).toBe('a-b')
          break
        }
      })
    })

    describe('keys', () => {
      test.each(hostileKeys)('refuses %j wherever a key is taken', async (key) => {
        await expect(store.get(key)).rejects.toThrow(InvalidKeyError)
        await expect(store.head(key)).rejects.toThrow(InvalidKeyError)
        await expect(store.create(key, bytesOf('x'))).rejects.toThrow(InvalidKeyError)
        await expect(store.replace(key, bytesOf('x'), 'etag')).rejects.toThrow(InvalidKeyError)
        await expect(store.remove(key)).rejects.toThrow(InvalidKeyError)
        expect(await collect(store.list(''))).toEqual([])
      })

      test.each(['..', '../', '/', '/etc', 'a/../', 'a//', '.', '.store/', 'A', 'a\0'])(
        'refuses %j as the beginning of keys',
        async (prefix) => {
          await expect(collect(store.list(prefix))).rejects.toThrow(InvalidKeyError)
        },
      )

      test('takes the longest step there may be', async () => {
        const key = `${'a'.repeat(255)}/${'b'.repeat(255)}`
        await store.create(key, bytesOf('x'))
        expect(await collect(store.list(''))).toEqual([key])
      })
    })
  })
}
