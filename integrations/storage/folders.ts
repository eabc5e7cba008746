import { StorageError } from './errors.ts'
import { errorCode, type FileSystem } from './file-system.ts'

/** Folders that are really folders: no symbolic link is taken for one. */
export interface Folders {
  /** @throws StorageError for a symbolic link, a device, or whatever else is neither file nor folder */
  kindOf(path: string): Promise<'file' | 'folder' | 'nothing'>
  /**
   * Makes the folder if it is not there; its parent must be.
   * @throws StorageError where something else stands in its place
   */
  make(path: string): Promise<void>
  /** Forces the folder's entries to the disk, so that a new name outlives a power loss. */
  sync(path: string): Promise<void>
}

export const createFolders = (files: FileSystem): Folders => {
  const kindOf: Folders['kindOf'] = async (path) => {
    try {
      const stats = await files.lstat(path)
      if (stats.isFile()) return 'file'
      if (stats.isDirectory()) return 'folder'
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return 'nothing'
      throw error
    }
    throw new StorageError(`${path} is a symbolic link or a device, and the store follows none: move it away`)
  }

  return {
    kindOf,

    async make(path) {
      try {
        await files.mkdir(path)
      } catch (error) {
        if (errorCode(error) !== 'EEXIST' || (await kindOf(path)) !== 'folder') throw error
      }
    },

    async sync(path) {
      // Windows cannot open folders; it keeps their entries safe itself.
      if (process.platform === 'win32') return
      const handle = await files.open(path, 'r')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    },
  }
}
