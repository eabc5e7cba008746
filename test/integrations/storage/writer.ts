/**
 * A process that writes to a file store, for tests that race or kill it: `node writer.ts <folder> <task> <argument>`.
 * It says 'ready', begins when told 'go', and reports through messages.
 */

import { once } from 'node:events'
import promises, { type FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import type { FileSystem } from '../../../integrations/storage/file-system.ts'
import { openFileStore } from '../../../integrations/storage/fs.ts'
import { AlreadyExistsError, ensure, type Store, updateJson } from '../../../integrations/storage/index.ts'

export const Counter = z.object({ count: z.int() })

/** What the halting tasks write. */
export const written = new Uint8Array(100_000).fill(7)

const report = (message: unknown): void => {
  process.send?.(message)
}
const forever = (): Promise<never> => new Promise(() => undefined)

/** A file system that stops for good before its n-th step that changes the disk; a write stops halfway. */
const haltingFiles = (haltAt: number): FileSystem => {
  let steps = 0
  const isTime = (name: string): boolean => {
    if (++steps !== haltAt) return false
    report({ halted: name })
    return true
  }
  const wrap =
    <A extends unknown[], R>(name: string, step: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> =>
      isTime(name) ? await forever() : await step(...args)

  const open: FileSystem['open'] = async (path, flags, mode) => {
    if (flags === 'wx' && isTime('open')) return await forever()
    const handle = await promises.open(path, flags, mode)
    const writeFile: FileHandle['writeFile'] = async (data, options) => {
      if (!isTime('writeFile')) return await handle.writeFile(data, options)
      if (data instanceof Uint8Array) await handle.writeFile(data.subarray(0, data.length / 2))
      report({ halted: 'half written' })
      return await forever()
    }
    const sync = wrap('sync', () => handle.sync())
    return new Proxy(handle, {
      get(target, name) {
        if (name === 'writeFile') return writeFile
        if (name === 'sync') return sync
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  return {
    ...promises,
    open,
    link: wrap('link', promises.link),
    rename: wrap('rename', promises.rename),
    truncate: wrap('truncate', promises.truncate),
    unlink: wrap('unlink', promises.unlink),
  }
}

const increment = (store: Store) => updateJson(store, 'counter.json', Counter, ({ count }) => ({ count: count + 1 }))

const race = async (store: Store, writer: string): Promise<void> => {
  const wins: number[] = []
  for (let index = 0; index < 40; index++) {
    await increment(store)
    try {
      await store.create(`race/${index}`, new TextEncoder().encode(writer))
      wins.push(index)
    } catch (error) {
      if (!(error instanceof AlreadyExistsError)) throw error
    }
  }
  report({ wins })
}

const countForever = async (store: Store): Promise<void> => {
  for (;;) report({ counted: (await increment(store)).value.count })
}

const begin = async (folder: string, task: string, argument: string): Promise<void> => {
  const files = task.startsWith('halting') ? haltingFiles(Number(argument)) : promises
  const store = await openFileStore(folder, { files })
  const go = once(process, 'message')
  // A process that waits for nothing ends by itself; one that is to be killed must not.
  process.on('message', () => undefined)
  report('ready')
  await go
  if (task === 'race') await race(store, argument)
  if (task === 'count') await countForever(store)
  if (task === 'halting create') await ensure(store, 'fresh/object', written)
  if (task === 'halting replace') await store.replace('object', written, (await store.head('object'))?.etag ?? '')
  if (task === 'halting remove') await store.remove('object')
  report('done')
  process.disconnect?.()
}

const [folder, task, argument = ''] = process.argv.slice(2)
if (process.send && folder !== undefined && task !== undefined) await begin(folder, task, argument)
