/**
 * Downloads of large files: into a part that a later attempt, in this process or another, goes on with. Nothing is believed
 * of a server but what the bytes show: lengths are checked, etags are compared, and nothing passes the limit.
 */
import { type AttemptOptions, attempts } from './attempts.ts'
import { DownloadError, PassingError } from './errors.ts'
import { type DownloadFiles, openPart, type PartFile, removePart } from './partFile.ts'
import { networkCode } from './passing.ts'
import type { Location, RemoteFile } from './remoteFile.ts'
import { askForFile, type FileAnswer } from './request.ts'

export { parseAddress } from './address.ts'
export { DownloadError, PassingError } from './errors.ts'
export type { DownloadFiles } from './partFile.ts'
export { fileAt, idOf, type Location, type RemoteFile } from './remoteFile.ts'

export interface DownloadProgress {
  /** Bytes that are there. */
  readonly done: number
  /** Bytes of the whole file, where the server says. */
  readonly total: number | undefined
}

export interface DownloadOptions extends Omit<AttemptOptions, 'bytes'> {
  /** Where parts lie; made if it is not there. One process at a time downloads a file into it. */
  readonly folder: string
  /** Largest file that is taken, in bytes. */
  readonly limit: number
  readonly fetch?: typeof globalThis.fetch
  readonly files?: DownloadFiles
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
}

/** A file that is whole. */
export interface DownloadedFile {
  readonly path: string
  readonly bytes: number
  /** What the server calls this state of the file, without quotes: hubs give the SHA-256 of large files. */
  readonly etag: string | undefined
  /** Takes it off the disk, once nobody needs it. */
  remove(): Promise<void>
}

/**
 * Downloads a file, or the rest of it where a part is there from before. What is whole already is only asked after.
 * @throws DownloadError where it cannot be had, does not fit the disk or the limit, or the server contradicts itself; what
 *   was downloaded stays for the next attempt unless it is wrong
 * @throws the signal's reason
 */
export async function download(file: RemoteFile, options: DownloadOptions): Promise<DownloadedFile> {
  const part = await openPart(options.folder, file.id, options.files)
  try {
    await attempts(() => fetchRest(file, part, options), { ...options, bytes: part.bytes })
    return {
      path: part.path,
      bytes: part.bytes(),
      etag: part.facts()?.etag?.replaceAll('"', ''),
      remove: () => removePart(options.folder, file.id, options.files),
    }
  } catch (error) {
    if (part.bytes() === 0) await removePart(options.folder, file.id, options.files)
    throw error
  } finally {
    await part.close()
  }
}

async function fetchRest(file: RemoteFile, part: PartFile, options: DownloadOptions): Promise<void> {
  const { fetch = globalThis.fetch, signal, limit } = options
  const location = await file.locate(signal)
  const { version } = location
  refuseLarge(file, version?.bytes, limit)
  const { offset, etag } = resumption(part, location)
  if (version !== undefined && offset === version.bytes) return
  const answer = await askForFile({ file, location, offset, etag, fetch, signal })
  if (answer.kind === 'nothing') {
    if (answer.bytes === offset && (part.facts()?.bytes ?? offset) === offset) return
    await startAnew(file, part)
  }
  if (answer.kind === 'rest' && !isRestOf(part, answer, location)) await startAnew(file, part)
  const bytes = answer.bytes ?? version?.bytes
  refuseLarge(file, bytes, limit)
  if (version !== undefined && bytes !== version.bytes)
    throw new DownloadError(`${file.shown} has ${version.bytes} bytes, but ${bytes} are sent: try it later`)
  if (answer.kind === 'whole')
    await part.begin({ address: file.shown, etag: version?.etag ?? answer.etag ?? null, bytes: bytes ?? null })
  await receive(file, part, answer, bytes, options)
}

/** From which byte on to ask, and which etag the file must have for that. */
function resumption(
  part: PartFile,
  { version }: Location,
): { readonly offset: number; readonly etag: string | undefined } {
  const known = part.facts()
  const anew = { offset: 0, etag: undefined }
  if (known === undefined || known.etag === null || part.bytes() > (known.bytes ?? Number.POSITIVE_INFINITY))
    return anew
  if (version === undefined) return { offset: part.bytes(), etag: known.etag }
  // Whoever delivers a hub's files has etags of its own: the hub's is compared instead.
  return version.etag === known.etag ? { offset: part.bytes(), etag: undefined } : anew
}

function isRestOf(part: PartFile, { etag, bytes }: FileAnswer, { version }: Location): boolean {
  const known = part.facts()
  const sameEtag = version !== undefined || etag === undefined || etag === known?.etag
  return sameEtag && (known?.bytes ?? bytes) === (bytes ?? known?.bytes)
}

async function startAnew({ shown }: RemoteFile, part: PartFile): Promise<never> {
  await part.begin({ address: shown, etag: null, bytes: null })
  throw new PassingError(`${shown} is another file by now: its beginning is thrown away`)
}

function refuseLarge({ shown }: RemoteFile, bytes: number | undefined, limit: number): void {
  if (bytes !== undefined && bytes > limit)
    throw new DownloadError(
      `${shown} has ${bytes} bytes, more than the limit of ${limit}: raise the limit, or check the address`,
    )
}

async function receive(
  file: RemoteFile,
  part: PartFile,
  { body }: FileAnswer,
  bytes: number | undefined,
  { limit, signal, onProgress }: DownloadOptions,
): Promise<void> {
  const tell = (): void => onProgress?.({ done: part.bytes(), total: bytes })
  tell()
  for await (const chunk of chunksOf(body, signal)) {
    if (part.bytes() + chunk.length > Math.min(bytes ?? limit, limit)) {
      await part.begin({ address: file.shown, etag: null, bytes: null })
      throw new DownloadError(
        `${file.shown} is sent without an end: it passed ${bytes ?? limit} bytes; check the address`,
      )
    }
    await part.append(chunk)
    tell()
  }
  if (bytes !== undefined && part.bytes() < bytes)
    throw new PassingError(`the connection ended after ${part.bytes()} of ${bytes} bytes`)
}

async function* chunksOf(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    signal?.throwIfAborted()
    throw new PassingError(`the connection broke off (${networkCode(error)})`)
  }
}
