/** Where a checkpoint comes from: a file, an address, or the Hugging Face hub. */
import { basename, join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { download, fileAt, type RemoteFile } from '../integrations/download/index.ts'
import { Slug } from '../schemas/record.ts'
import type { DownloadDisplay } from './downloadProgress.ts'
import { UsageError } from './errors.ts'
import { whileFolderLocked } from './projectLock.ts'
import { readWhole } from './readWhole.ts'
import { setting } from './setting.ts'

export interface CheckpointSource {
  /** File name or address, without credentials or a query. */
  readonly location: string
  /** Undefined for a file of this machine. */
  readonly remote: RemoteFile | undefined
  readonly path: string
  /** Whether the server's etag of a large file is its SHA-256. */
  readonly etagIsSha256: boolean
}

/** A checkpoint as it came. */
export interface Checkpoint {
  readonly bytes: Uint8Array
  /** What a hub says that its SHA-256 is. */
  readonly sha256: string | undefined
  /** Takes away what was downloaded. */
  discard(): Promise<void>
}

export interface FetchOptions {
  /** The data folder. */
  readonly data: string
  /** Largest file, in bytes. */
  readonly limit: number
  readonly signal: AbortSignal
  readonly display: DownloadDisplay | undefined
}

/**
 * What a person named; nothing is fetched yet.
 * @throws UsageError, DownloadError where it can be no source
 */
export async function readSource(text: string): Promise<CheckpointSource> {
  const protocol = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (protocol === undefined) {
    return { location: basename(text), remote: undefined, path: resolve(text), etagIsSha256: false }
  }
  if (protocol === 'hf') {
    const { hubFile, parseHubAddress } = await import('../integrations/huggingface/hubFile.ts')
    const [token, hub] = [setting('HF_TOKEN'), setting('HF_ENDPOINT')]
    const remote = hubFile(parseHubAddress(text), { token, ...(hub === undefined ? {} : { hub }) })
    return { location: remote.shown, remote, path: text, etagIsSha256: true }
  }
  if (protocol !== 'http' && protocol !== 'https')
    throw new UsageError(`give a file, or an address with https://, http:// or hf://, not ${protocol}://`)
  const remote = fileAt(text)
  return { location: remote.shown, remote, path: decoded(new URL(text).pathname), etagIsSha256: false }
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

/** A name after the source's file name: `FFHQ Config-F.pkl` gives `ffhq-config-f`. @throws UsageError where it gives none */
export function nameAfter({ path }: Pick<CheckpointSource, 'path'>): string {
  const name = basename(path)
    .replace(/\.[a-z0-9]+$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.]+/g, '-')
    .replaceAll(/[-_.]*([-_.])[-_.]*/g, '$1')
    .slice(0, 64)
    .replaceAll(/^[-_.]+|[-_.]+$/g, '')
  if (!Slug.safeParse(name).success) throw new UsageError('give the generator a name: --name faces')
  return name
}

/**
 * Fetches a checkpoint and hands it on. A download that is whole stays on the disk until it is discarded, so that another
 * import of it need not fetch it again.
 * @throws UsageError, DownloadError, ProjectBusyError; what the action throws
 */
export async function withCheckpoint<Result>(
  source: CheckpointSource,
  { data, limit, signal, display }: FetchOptions,
  action: (checkpoint: Checkpoint) => Promise<Result>,
): Promise<Result> {
  const { remote, path, etagIsSha256 } = source
  if (remote === undefined)
    return action({ bytes: await readWhole(path, limit), sha256: undefined, discard: async () => {} })
  const folder = join(resolve(data), 'downloads')
  return whileFolderLocked(folder, join(folder, '.work'), async () => {
    const file = await download(remote, {
      folder,
      limit,
      signal,
      wait: (milliseconds, ending) => setTimeout(milliseconds, undefined, { signal: ending }),
      onProgress: display?.progress,
      onTrouble: display?.trouble,
    }).finally(display?.end)
    const sha256 = etagIsSha256 && /^[0-9a-f]{64}$/.test(file.etag ?? '') ? file.etag : undefined
    return action({ bytes: await readWhole(file.path, limit), sha256, discard: file.remove })
  })
}
