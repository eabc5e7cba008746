/** The folder that a server keeps everything in, and generators are imported into. */
import { join, resolve } from 'node:path'
import { Option } from 'commander'
import { UnknownGeneratorError } from '../functions/generators.ts'
import { openFileStore } from '../integrations/storage/fs.ts'
import type { Store } from '../integrations/storage/index.ts'
import { UsageError } from './errors.ts'
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

/**
 * Finds a generator in a data folder.
 * @throws UsageError where the folder holds none, or none of that name
 */
export async function inDataStore<Found>(
  data: string,
  name: string,
  find: (store: Store) => Promise<Found>,
): Promise<Found> {
  const store = await findDataStore(data)
  if (store === undefined)
    throw new UsageError(
      `${data} holds no generators: import ${name} with  sixteen import, or name its folder with --data`,
    )
  return find(store).catch((error: unknown) => {
    throw error instanceof UnknownGeneratorError ? new UsageError(`${data}: ${error.message}`) : error
  })
}
