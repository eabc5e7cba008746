/** The folder that a server keeps everything in, and generators are imported into. */
import { join, resolve } from 'node:path'
import { Option } from 'commander'
import { openFileStore } from '../integrations/storage/fs.ts'
import type { Store } from '../integrations/storage/index.ts'
import { holdsStore } from './holdsStore.ts'

const usual = 'sixteen-data'

/** `--data`: the same for every command that knows generators by name. */
export function dataOption(what = 'folder with the imported generators, that of sixteen serve'): Option {
  return new Option('--data <dir>', what)
    .env('SIXTEEN_DATA')
    .default(usual)
    .argParser((text) => (text.trim() === '' ? usual : text))
}

/** The store of a data folder, where there is one; makes nothing. */
export async function findDataStore(data: string): Promise<Store | undefined> {
  const folder = resolve(data)
  return (await holdsStore(folder)) ? openFileStore(join(folder, 'store')) : undefined
}
