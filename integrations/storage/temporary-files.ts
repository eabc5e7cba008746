import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { discard, errorCode, type FileSystem } from './file-system.ts'
import { formatIdentity, livenessOf, type ProcessIdentity, parseIdentity } from './process-identity.ts'

/** Files on their way into the store. */
export interface TemporaryFiles {
  /**
   * Writes the bytes to a new file, hands its path to `use`, and takes the file away afterwards, come what may.
   * @param lasting whether the bytes must be on the disk, proof against power loss, before `use` begins
   */
  with<T>(bytes: Uint8Array, lasting: boolean, use: (path: string) => Promise<T>): Promise<T>
}

export interface TemporaryFilesOptions {
  /** Makes the folder if need be and gives its path; called before the first file is written. */
  folder(): Promise<string>
  files: FileSystem
  self: ProcessIdentity
  /** Milliseconds since 1970. */
  now(): number
}

// Long past any write, for files whose writer cannot be told dead or alive.
const abandonedAfter = 24 * 60 * 60 * 1000

/**
 * Keeps temporary files in one folder, each named after its process. The first use sweeps out what killed processes left;
 * a process that still runs keeps its files, even if it is stopped for hours.
 */
export const createTemporaryFiles = (options: TemporaryFilesOptions): TemporaryFiles => {
  const { files, self, now } = options

  const isAbandoned = async (folder: string, name: string): Promise<boolean> => {
    const owner = parseIdentity(name.slice(0, name.indexOf('.')))
    const liveness = owner === undefined ? 'unknown' : await livenessOf(owner, self)
    if (liveness !== 'unknown') return liveness === 'dead'
    try {
      return (await files.lstat(join(folder, name))).mtimeMs < now() - abandonedAfter
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false
      throw error
    }
  }

  const prepare = async (): Promise<string> => {
    const folder = await options.folder()
    for (const name of await files.readdir(folder)) {
      if (await isAbandoned(folder, name)) await discard(files, join(folder, name))
    }
    return folder
  }

  const write = async (path: string, bytes: Uint8Array, lasting: boolean): Promise<void> => {
    const handle = await files.open(path, 'wx')
    try {
      await handle.writeFile(bytes)
      if (lasting) await handle.sync()
    } finally {
      await handle.close()
    }
  }

  let prepared: Promise<string> | undefined
  const ready = async (): Promise<string> => {
    prepared ??= prepare()
    try {
      return await prepared
    } catch (error) {
      // The next write tries again: the disk may be writable by then.
      prepared = undefined
      throw error
    }
  }

  return {
    async with(bytes, lasting, use) {
      const path = join(await ready(), `${formatIdentity(self)}.${randomUUID()}`)
      try {
        await write(path, bytes, lasting)
        return await use(path)
      } finally {
        // What happened above is what the caller must hear of. A file that stays is swept out by a later process.
        await discard(files, path).catch(() => undefined)
      }
    },
  }
}
