import { stat } from 'node:fs/promises'

/** What stands at a path; undefined where nothing does. */
export async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const stats = await stat(path).catch(ifMissing)
  if (stats === undefined) return undefined
  return stats.isDirectory() ? 'folder' : 'file'
}

/** Makes undefined of the error that nothing stands at a path. @throws every other error, as it is */
export function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
