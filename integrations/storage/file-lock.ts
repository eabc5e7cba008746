/**
 * One lock between processes, on nothing but what every file system does in one step: link(2) to a name that is free.
 *
 * The lock is a folder of numbered files, and the highest number counts. A file with an owner in it is held, an empty one is
 * free. Whoever wants the lock and finds the highest free, or its owner dead, links its own file to the next number;
 * of all who try, one succeeds. The holder takes the lower numbers away and, when done, empties its file.
 *
 * Why not the usual single file that is deleted when stale: between finding it stale and deleting it, another process
 * may have done so and taken the lock, and that fresh lock is what gets deleted. Here nobody deletes the highest number,
 * so numbers only grow, and a process that acts on an old view sees the higher number after its link and steps back.
 * A process killed at any point leaves either a lower number or an owner who is dead: both are recovered from. Owners
 * are known by number and start time, so a stopped process keeps its lock and a new process of its number does not.
 */
import { join } from 'node:path'
import { StorageError } from './errors.ts'
import { discard, errorCode, type FileSystem } from './file-system.ts'
import { formatIdentity, livenessOf, type ProcessIdentity, parseIdentity } from './process-identity.ts'
import type { TemporaryFiles } from './temporary-files.ts'

export interface FileLock {
  /**
   * Runs the action while no other holder of this lock runs, in this process or another.
   * @throws StorageError when another process holds the lock for longer than the patience
   */
  hold<T>(action: () => Promise<T>): Promise<T>
}

export interface FileLockOptions {
  /** Makes the folder if need be and gives its path; called each time before the lock is taken. */
  folder(): Promise<string>
  files: FileSystem
  temporary: TemporaryFiles
  self: ProcessIdentity
  /** Milliseconds since 1970. */
  now(): number
  wait(milliseconds: number): Promise<unknown>
  /** How long to wait for another process, in milliseconds. */
  patience: number
}

// A holder needs milliseconds. One that cannot be told dead or alive (another machine's) is given up after this.
const abandonedAfter = 20_000
const firstPause = 2
const longestPause = 50

export const createFileLock = (options: FileLockOptions): FileLock => {
  const { files, temporary, self, now, wait, patience } = options

  const turnsIn = async (folder: string): Promise<number[]> =>
    (await files.readdir(folder)).filter((name) => /^[1-9]\d*$/.test(name)).map(Number)

  /** The owner's text in a turn's file: '' when the lock is free, undefined when the turn is past. */
  const ownerOf = async (path: string): Promise<string | undefined> => {
    try {
      return await files.readFile(path, 'utf8')
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  const isOver = async (owner: string): Promise<boolean> => {
    const [name = '', since = ''] = owner.split(' ')
    const identity = parseIdentity(name)
    if (identity === undefined) return true
    const liveness = await livenessOf(identity, self)
    return liveness === 'unknown' ? now() - Number(since) > abandonedAfter : liveness === 'dead'
  }

  const take = async (folder: string, turn: number): Promise<boolean> => {
    const owner = new TextEncoder().encode(`${formatIdentity(self)} ${now()}`)
    try {
      await temporary.with(owner, false, (path) => files.link(path, join(folder, String(turn))))
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false
      throw error
    }
    const present = await turnsIn(folder)
    const late = present.some((other) => other > turn)
    const past = late ? [turn] : present.filter((other) => other < turn)
    for (const other of past) await discard(files, join(folder, String(other)))
    return !late
  }

  const busy = (folder: string, owner: string): StorageError => {
    const pid = parseIdentity(owner.split(' ')[0] ?? '')?.pid
    const advice = `process ${pid} has been writing for long: let it finish or end it, then do the same again`
    return new StorageError(`the store is locked by another process (${folder}): ${advice}`)
  }

  /** @returns the path of the file that holds the lock */
  const acquire = async (): Promise<string> => {
    const folder = await options.folder()
    const began = now()
    let pause = firstPause
    for (;;) {
      const latest = Math.max(0, ...(await turnsIn(folder)))
      const owner = latest === 0 ? '' : await ownerOf(join(folder, String(latest)))
      if (owner === undefined) continue
      if (owner === '' || (await isOver(owner))) {
        if (await take(folder, latest + 1)) return join(folder, String(latest + 1))
      } else {
        if (now() - began >= patience) throw busy(folder, owner)
        await wait(pause)
        pause = Math.min(pause * 2, longestPause)
      }
    }
  }

  const release = async (path: string): Promise<void> => {
    try {
      await files.truncate(path, 0)
    } catch (error) {
      // Given up by others as abandoned: the lock is no longer ours to free.
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }

  const holdNow = async <T>(action: () => Promise<T>): Promise<T> => {
    const path = await acquire()
    try {
      return await action()
    } finally {
      await release(path)
    }
  }

  // Writers of one process queue here in order, rather than all at the folder.
  let queue: Promise<unknown> = Promise.resolve()
  return {
    hold(action) {
      const result = queue.then(() => holdNow(action))
      queue = result.catch(() => undefined)
      return result
    },
  }
}
