import { join } from 'node:path'
import { kindOf } from './kindOf.ts'

/** Whether a folder was made by sixteen, to keep a store in. */
export async function holdsStore(folder: string): Promise<boolean> {
  return (await kindOf(join(folder, 'store'))) === 'folder'
}
