import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createDigests } from '../../../functions/edge/digests.ts'
import { InvalidRecordError, overwrite, type Store } from '../../../integrations/storage/index.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'

const schema = z.object({ words: z.array(z.string()) })
const encode = (...words: string[]): Uint8Array => new TextEncoder().encode(JSON.stringify({ words }))

/** Digests that are the number of words, over a store that takes down what it is asked. */
function setUp(capacity = 10) {
  const inner = openMemoryStore()
  const asked: string[] = []
  const store: Store = {
    ...inner,
    get: (key) => {
      asked.push(`get ${key}`)
      return inner.get(key)
    },
    head: (key) => {
      asked.push(`head ${key}`)
      return inner.head(key)
    },
  }
  const digests = createDigests(store, { schema, digest: ({ words }) => words.length, capacity })
  return { store: inner, asked, digests }
}

describe('a digest', () => {
  test('is made once of each state of a record', async () => {
    const { store, asked, digests } = setUp()
    await overwrite(store, 'a', encode('one'))
    expect(await digests('a')).toBe(1)
    expect(await digests('a')).toBe(1)
    expect(asked.filter((call) => call === 'get a')).toHaveLength(1)
    await overwrite(store, 'a', encode('one', 'two'))
    expect(await digests('a')).toBe(2)
    expect(asked.filter((call) => call === 'get a')).toHaveLength(2)
  })

  test('is made once for many who ask at the same time', async () => {
    const { store, asked, digests } = setUp()
    await overwrite(store, 'a', encode('one'))
    expect(await Promise.all(Array.from({ length: 50 }, () => digests('a')))).toEqual(new Array(50).fill(1))
    expect(asked.filter((call) => call === 'get a')).toHaveLength(1)
  })

  test('asks the store nothing while its witness stays the same', async () => {
    const { store, asked, digests } = setUp()
    await overwrite(store, 'a', encode('one'))
    expect(await digests('a', 'w1')).toBe(1)
    asked.length = 0
    expect(await digests('a', 'w1')).toBe(1)
    expect(asked).toEqual([])
    await overwrite(store, 'a', encode('one', 'two'))
    expect(await digests('a', 'w2')).toBe(2)
  })

  test('of what is not there is undefined, until it is there', async () => {
    const { store, digests } = setUp()
    expect(await digests('a', 'w1')).toBeUndefined()
    await overwrite(store, 'a', encode('one'))
    expect(await digests('a', 'w1')).toBe(1)
    await store.remove('a')
    expect(await digests('a')).toBeUndefined()
  })

  test('is not remembered for ever: the least recently used goes first', async () => {
    const { store, asked, digests } = setUp(2)
    for (const key of ['a', 'b', 'c']) await overwrite(store, key, encode(key))
    await digests('a')
    await digests('b')
    await digests('a')
    await digests('c')
    asked.length = 0
    await digests('a')
    await digests('b')
    expect(asked).toEqual(['head a', 'head b', 'get b'])
  })

  test('of a damaged record says so each time, and is well when the record is', async () => {
    const { store, digests } = setUp()
    await overwrite(store, 'a', new TextEncoder().encode('{"words": 3}'))
    await expect(digests('a', 'w')).rejects.toThrow(InvalidRecordError)
    await expect(digests('a', 'w')).rejects.toThrow(InvalidRecordError)
    await overwrite(store, 'a', encode('one'))
    expect(await digests('a', 'w')).toBe(1)
  })
})
