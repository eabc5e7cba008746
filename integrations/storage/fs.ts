/**
 * The store in a folder: each object is the plain file of its key, so a person can look at it, copy it and keep it with
 * ordinary tools.
 *
 * New content is first written to a temporary file on the same disk and forced to it (fsync). `create` then links it to its
 * name, which the system does in one step and only if the name is free. `replace` compares and renames under a lock that
 * survives kill -9 (file-lock.ts). So at any moment, and after a crash at any moment, a key holds all of its old or all of its
 * new content. The folder `.store` holds lock and temporary files; its name can be no key.
 *
 * Symbolic links are never followed below the store's own folder: neither by reading nor by writing nor by listing. (The
 * check comes before the use, so a program that swaps folders for links at that very moment is not kept out: it can write to
 * the folder anyway.)
 */
import { constants } from 'node:fs'
import promises, { type FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { AlreadyExistsError, ChangedError, StorageError } from './errors.ts'
import { contentEtag, headOf } from './etag.ts'
import { createFileLock } from './file-lock.ts'
import { discard, errorCode, type FileSystem, storageFailure } from './file-system.ts'
import { createFolders } from './folders.ts'
import type { ObjectHead, Store, StoredObject } from './index.ts'
import { checkFolder, checkPrefix, isStep, keySteps } from './key.ts'
import { ownIdentity } from './process-identity.ts'
import { createTemporaryFiles } from './temporary-files.ts'

export interface FileStoreOptions {
  files?: FileSystem
  /** Milliseconds since 1970. */
  now?: () => number
  /** How long `replace` and `remove` wait for another process that writes, in milliseconds. */
  patience?: number
}

// Windows knows neither flag; there, links need a privilege that ordinary programs lack.
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Opens the store in a folder, which is made if it is not there. Nothing else is written before the first object is.
 * Several processes of one machine may open the same folder.
 *
 * @throws StorageError when the folder can be neither found nor made
 */
export const openFileStore = async (folder: string, options: FileStoreOptions = {}): Promise<Store> => {
  const { files = promises, now = Date.now, patience = 30_000 } = options
  const shown = resolve(folder)
  const folders = createFolders(files)

  const attempt = async <T>(what: string, key: string | undefined, action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      throw storageFailure(error, what, shown, key)
    }
  }

  const root = await attempt('open the store', undefined, async () => {
    await files.mkdir(shown, { recursive: true })
    return await files.realpath(shown)
  })
  const self = await ownIdentity()
  const own = join(root, '.store')
  const ownFolder = (name: string) => async (): Promise<string> => {
    await folders.make(own)
    await folders.make(join(own, name))
    return join(own, name)
  }
  const temporary = createTemporaryFiles({ folder: ownFolder('temporary'), files, self, now })
  const lock = createFileLock({
    folder: ownFolder('lock'),
    files,
    temporary,
    self,
    now,
    wait: (milliseconds) => setTimeout(milliseconds),
    patience,
  })

  /** The path of a key whose folders are real folders; undefined where one is missing, unless they are to be made. */
  const locate = async (key: string, make: boolean): Promise<{ path: string; parent: string } | undefined> => {
    const steps = keySteps(key)
    let parent = root
    for (const step of steps.slice(0, -1)) {
      const path = join(parent, step)
      const kind = await folders.kindOf(path)
      if (kind === 'file')
        throw new StorageError(`${path} is a file where ${key} needs a folder: move it away`, { key })
      if (kind === 'nothing') {
        if (!make) return undefined
        await folders.make(path)
        await folders.sync(parent)
      }
      parent = path
    }
    return { path: join(parent, steps.at(-1) ?? ''), parent }
  }

  const openForReading = async (key: string): Promise<FileHandle | undefined> => {
    const place = await locate(key, false)
    if (place === undefined) return undefined
    const kind = await folders.kindOf(place.path)
    if (kind === 'nothing') return undefined
    if (kind === 'folder') throw new StorageError(`${key} is a folder, not an object`, { key })
    try {
      return await files.open(place.path, readFlags)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  const read = async (key: string): Promise<StoredObject | undefined> => {
    const handle = await openForReading(key)
    if (handle === undefined) return undefined
    try {
      // Copied, because a Buffer may be a view of memory that others use.
      const bytes = new Uint8Array(await handle.readFile())
      return { bytes, etag: contentEtag(bytes) }
    } finally {
      await handle.close()
    }
  }

  /** Looks at an object piece by piece: whoever only compares needs no memory for the whole. */
  const look = async (key: string): Promise<ObjectHead | undefined> => {
    const handle = await openForReading(key)
    if (handle === undefined) return undefined
    try {
      return await headOf(handle)
    } finally {
      await handle.close()
    }
  }

  const requireEtag = async (key: string, etag: string): Promise<void> => {
    const actual = (await look(key))?.etag
    if (actual !== etag) throw new ChangedError(key, etag, actual)
  }

  /** What is in a folder, folders with `/` at their end: so sorted, a walk's order is that of whole keys. */
  const namesIn = (folderKey: string): Promise<readonly string[]> =>
    attempt(`list ${folderKey}`, undefined, async () => {
      try {
        const entries = await files.readdir(join(root, folderKey), { withFileTypes: true })
        const usable = entries.filter((entry) => isStep(entry.name) && (entry.isFile() || entry.isDirectory()))
        return usable.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort()
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return []
        throw error
      }
    })

  /** The keys below a folder. */
  async function* walk(folderKey: string, prefix: string): AsyncGenerator<string> {
    for (const name of await namesIn(folderKey)) {
      const key = `${folderKey}${name}`
      if (!name.endsWith('/')) {
        if (key.startsWith(prefix)) yield key
      } else if (key.startsWith(prefix) || prefix.startsWith(key)) yield* walk(key, prefix)
    }
  }

  return {
    get: (key) => attempt(`read ${key}`, key, () => read(key)),

    head: (key) => attempt(`read ${key}`, key, () => look(key)),

    create: (key, bytes) =>
      attempt(`write ${key}`, key, async () => {
        const place = await locate(key, true)
        // Asked first, because a job that is run again would otherwise write all its objects only to drop them.
        if (place === undefined || (await folders.kindOf(place.path)) !== 'nothing') throw new AlreadyExistsError(key)
        try {
          await temporary.with(bytes, true, (path) => files.link(path, place.path))
        } catch (error) {
          throw errorCode(error) === 'EEXIST' ? new AlreadyExistsError(key) : error
        }
        await folders.sync(place.parent)
        return contentEtag(bytes)
      }),

    replace: (key, bytes, etag) =>
      attempt(`write ${key}`, key, async () => {
        const place = await locate(key, false)
        if (place === undefined) throw new ChangedError(key, etag, undefined)
        // Most losers of a race are told here, before they have written anything.
        await requireEtag(key, etag)
        await temporary.with(bytes, true, (path) =>
          lock.hold(async () => {
            await requireEtag(key, etag)
            await files.rename(path, place.path)
          }),
        )
        await folders.sync(place.parent)
        return contentEtag(bytes)
      }),

    async *list(prefix) {
      yield* walk('', checkPrefix(prefix))
    },

    async *folders(folder) {
      for (const name of await namesIn(checkFolder(folder))) if (name.endsWith('/')) yield folder + name
    },

    remove: (key) =>
      attempt(`remove ${key}`, key, async () => {
        const place = await locate(key, false)
        if (place === undefined) return
        const kind = await folders.kindOf(place.path)
        if (kind === 'nothing') return
        if (kind === 'folder') throw new StorageError(`${key} is a folder, not an object`, { key })
        await lock.hold(() => discard(files, place.path))
        await folders.sync(place.parent)
      }),
  }
}
