import { sha256Of } from '../../schemas/sha256.ts'
import { parseAddress, shownAddress } from './address.ts'

/** Where a file can be fetched at present, and what is known of it. */
export interface Location {
  readonly url: URL
  /** Sent to the origin of `url` alone, not to where it redirects. */
  readonly headers?: Readonly<Record<string, string>>
  /** What a hub says of the file: equal etags are equal files, whoever delivers them. */
  readonly version?: { readonly etag: string; readonly bytes: number }
}

/** A file to download. */
export interface RemoteFile {
  /** The same for the same file, however often its location changes: what is there of it already is found by this. */
  readonly id: string
  /** How people are told of it. */
  readonly shown: string
  /**
   * Asked before each attempt.
   * @throws DownloadError, PassingError
   */
  locate(signal: AbortSignal | undefined): Promise<Location>
  /** What a refusal with this status means here, where that is more than what it means anywhere. */
  explain?(status: number): string | undefined
}

/**
 * A file at an address.
 * @throws DownloadError where it is no address of http or https, or holds a password
 */
export function fileAt(address: string): RemoteFile {
  const url = parseAddress(address)
  url.hash = ''
  return { id: idOf(url.href), shown: shownAddress(url), locate: async () => ({ url }) }
}

/** A name for files on disk that tells nothing of the address. */
export function idOf(address: string): string {
  return sha256Of(address).slice(0, 32)
}
