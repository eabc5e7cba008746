import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFileStore } from '../../../integrations/storage/fs.ts'
import { createJson, ensure, getJson, type Store } from '../../../integrations/storage/index.ts'
import { collect } from '../../contract/store.ts'
import { emptyFolder } from './folder.ts'
import { Counter, written } from './writer.ts'
import { startWriter, type Writer } from './writerProcess.ts'

const before = new Uint8Array(50_000).fill(3)
const bytesAt = async (store: Store, key: string): Promise<Buffer | undefined> => {
  const object = await store.get(key)
  return object && Buffer.from(object.bytes)
}
const isOneOf = (bytes: Buffer | undefined, ...states: (Uint8Array | undefined)[]): boolean =>
  states.some((state) => (state && bytes ? bytes.equals(state) : state === bytes))
const left = async (folder: string, name: 'temporary' | 'lock'): Promise<string[]> =>
  await readdir(join(folder, '.store', name)).catch(() => [])

/**
 * Does a task once for each of its steps, in a process that is killed at that step, and looks at what is left. The
 * steps are tried until the task gets through without reaching the next.
 */
const killAtEachStep = async (
  task: string,
  prepare: (store: Store) => Promise<unknown>,
  look: Look,
): Promise<string[]> => {
  const halts: string[] = []
  for (let step = 1; ; step++) {
    const folder = await emptyFolder()
    await prepare(await openFileStore(folder))
    const writer = await startWriter(folder, `halting ${task}`, step)
    writer.go()
    const message = await writer.next()
    if (message === 'done') return halts
    const halted = String(Object.values(Object(message))[0])
    if (halted === 'writeFile') await writer.next()
    await writer.kill()
    halts.push(halted)
    await look(await openFileStore(folder), `killed at step ${step}, ${halted}`)
    expect(await left(folder, 'temporary'), `temporary files after step ${step}`).toEqual([])
    expect((await left(folder, 'lock')).length, `turns of the lock after step ${step}`).toBeLessThanOrEqual(1)
  }
}
type Look = (store: Store, when: string) => Promise<void>

describe('several processes at one file store', () => {
  test('lose no increment and share the creations among them', async () => {
    const folder = await emptyFolder()
    const store = await openFileStore(folder)
    await createJson(store, 'counter.json', Counter, { count: 0 })
    const names = ['first', 'second', 'third']
    const writers = await Promise.all(names.map((name) => startWriter(folder, 'race', name)))
    for (const writer of writers) writer.go()
    const reports = await Promise.all(writers.map((writer) => writer.next()))

    expect((await getJson(store, 'counter.json', Counter))?.value.count).toBe(3 * 40)
    const wins = reports.map((report) => new Set<number>(Object(report).wins))
    for (let index = 0; index < 40; index++) {
      const winners = names.filter((_, writer) => wins[writer]?.has(index))
      expect(winners).toHaveLength(1)
      expect((await bytesAt(store, `race/${index}`))?.toString()).toBe(winners[0])
    }
  }, 120_000)

  test('keep every acknowledged write when some are killed among the others', async () => {
    const folder = await emptyFolder()
    const store = await openFileStore(folder)
    await createJson(store, 'counter.json', Counter, { count: 0 })
    const survivor = await startWriter(folder, 'count')
    survivor.go()
    let acknowledged = 0
    const takeFrom = async (writer: Writer): Promise<void> => {
      acknowledged = Number(Object(await writer.next()).counted)
    }
    for (const messages of [1, 2, 3, 5, 8]) {
      const victim = await startWriter(folder, 'count')
      victim.go()
      for (let index = 0; index < messages; index++) await takeFrom(victim)
      await victim.kill()
      const atDeath = (await getJson(store, 'counter.json', Counter))?.value.count ?? 0
      expect(atDeath).toBeGreaterThanOrEqual(acknowledged)
      // Whatever the victim held, the survivor gets past it.
      while (acknowledged <= atDeath) await takeFrom(survivor)
    }
    await survivor.kill()
    const end = (await getJson(store, 'counter.json', Counter))?.value.count
    expect(end).toBeGreaterThanOrEqual(acknowledged)
  }, 120_000)
})

describe('a writer killed at any step', () => {
  test('of create leaves the object whole or absent, and the next attempt makes it whole', async () => {
    const halts = await killAtEachStep(
      'create',
      async () => undefined,
      async (store, when) => {
        const bytes = await bytesAt(store, 'fresh/object')
        expect(isOneOf(bytes, undefined, written), when).toBe(true)
        expect(await collect(store.list('')), when).toEqual(bytes ? ['fresh/object'] : [])
        await ensure(store, 'fresh/object', written)
        await store.create('another', before)
        expect(isOneOf(await bytesAt(store, 'fresh/object'), written), when).toBe(true)
      },
    )
    expect(halts).toEqual(expect.arrayContaining(['open', 'writeFile', 'sync', 'link', 'unlink']))
  }, 120_000)

  test('of replace leaves the old or the new object, and locks nobody out', async () => {
    const prepare = (store: Store) => store.create('object', before)
    const halts = await killAtEachStep('replace', prepare, async (store, when) => {
      expect(await collect(store.list('')), when).toEqual(['object'])
      expect(isOneOf(await bytesAt(store, 'object'), before, written), when).toBe(true)
      const etag = (await store.head('object'))?.etag ?? ''
      await store.replace('object', new Uint8Array([1]), etag)
      expect(isOneOf(await bytesAt(store, 'object'), new Uint8Array([1])), when).toBe(true)
    })
    expect(halts).toEqual(expect.arrayContaining(['open', 'writeFile', 'sync', 'link', 'rename', 'truncate', 'unlink']))
  }, 120_000)

  test('of remove leaves the object or takes it away', async () => {
    const prepare = (store: Store) => store.create('object', before)
    const halts = await killAtEachStep('remove', prepare, async (store, when) => {
      expect(isOneOf(await bytesAt(store, 'object'), before, undefined), when).toBe(true)
      await store.remove('object')
      await store.create('object', written)
      expect(isOneOf(await bytesAt(store, 'object'), written), when).toBe(true)
      await store.remove('object')
      expect(await collect(store.list('')), when).toEqual([])
    })
    expect(halts).toEqual(expect.arrayContaining(['link', 'truncate']))
  }, 120_000)
})

describe('a lock whose holder', () => {
  /** A writer that stands still, alive, with the lock in its hand. */
  const holderIn = async (folder: string): Promise<Writer> => {
    for (let step = 1; ; step++) {
      const writer = await startWriter(folder, 'halting replace', step)
      writer.go()
      const halted = Object(await writer.next()).halted
      if (halted === 'rename') return writer
      await writer.kill()
    }
  }

  test('still runs is respected, and the error names the process; once it is dead, the lock is free', async () => {
    const folder = await emptyFolder()
    const etag = await (await openFileStore(folder)).create('object', before)
    const holder = await holderIn(folder)

    // A clock that makes an hour of each look at it: even then the living holder keeps its lock.
    let time = Date.now()
    const store = await openFileStore(folder, { now: () => (time += 3_600_000), patience: 10 * 3_600_000 })
    const refusal = store.replace('object', written, etag)
    await expect(refusal).rejects.toThrow(`process ${holder.pid} has been writing for long`)
    expect(isOneOf(await bytesAt(store, 'object'), before)).toBe(true)

    await holder.kill()
    await store.replace('object', written, etag)
    expect(isOneOf(await bytesAt(store, 'object'), written)).toBe(true)
  }, 120_000)
})
