/** A folder to download into, with pauses that take no time and are noted. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type DownloadOptions, download, fileAt, type RemoteFile } from '../../../integrations/download/index.ts'

export interface Downloading {
  readonly folder: string
  /** Seconds of every pause. */
  readonly pauses: number[]
  readonly troubles: string[]
  get(file: string | RemoteFile, more?: Partial<DownloadOptions>): Promise<Uint8Array>
  /** What it fails with. */
  failure(file: string | RemoteFile, more?: Partial<DownloadOptions>): Promise<unknown>
  /** Sizes of the parts that lie there. */
  parts(): Promise<readonly number[]>
  remove(): Promise<void>
}

async function openDownloading(): Promise<Downloading> {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-download-'))
  const pauses: number[] = []
  const troubles: string[] = []
  const run = async (file: string | RemoteFile, more: Partial<DownloadOptions> = {}) => {
    const done = await download(typeof file === 'string' ? fileAt(file) : file, {
      folder: join(folder, 'downloads'),
      limit: 2 ** 30,
      wait: async (milliseconds) => void pauses.push(milliseconds / 1000),
      onTrouble: (message) => troubles.push(message),
      ...more,
    })
    return new Uint8Array(await readFile(done.path))
  }
  return {
    folder: join(folder, 'downloads'),
    pauses,
    troubles,
    get: run,
    failure: (file, more) =>
      run(file, more)
        .then(() => undefined)
        .catch((error: unknown) => error),
    async parts() {
      const names = (await readdir(join(folder, 'downloads'))).filter((name) => name.endsWith('.part'))
      return Promise.all(names.map(async (name) => (await readFile(join(folder, 'downloads', name))).length))
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

/** For the tests of a file: a new folder for each of them. */
export function useDownloading(): { readonly here: Downloading } {
  let current: Downloading | undefined
  beforeEach(async () => {
    current = await openDownloading()
  })
  afterEach(() => current?.remove())
  return {
    get here() {
      if (current === undefined) throw new Error('the folder is made when a test begins')
      return current
    },
  }
}

/** An error as people read it; '' of what is none. */
export const messageOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : '')

/** Bytes that are never the same for long, so that a piece in the wrong place is seen. */
export function unlikeBytes(count: number, seed = 1): Uint8Array {
  let state = seed
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 24
  })
}
