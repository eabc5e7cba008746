import { stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether a folder was made by sixteen, to keep a store in. */
export async function holdsStore(folder: string): Promise<boolean> {
  const stats = await stat(join(folder, 'store')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  return stats?.isDirectory() === true
}
