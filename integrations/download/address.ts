import { DownloadError } from './errors.ts'

/**
 * An address that files are fetched from.
 * @throws DownloadError for what is none, for other protocols than http and https, and where user or password stand in it
 */
export function parseAddress(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href))
    throw new DownloadError('this is no address: write it like https://host/file.pkl')
  const url = new URL(text, base?.href)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new DownloadError(`files are fetched over https and http, not over ${url.protocol.slice(0, -1)}`)
  if (url.username !== '' || url.password !== '')
    throw new DownloadError(
      `the address of ${url.host} holds a user or password, which would end up in logs: download the file yourself, and name it instead`,
    )
  return url
}

/** An address as it may be shown and stored: queries often hold a signature. */
export function shownAddress({ origin, pathname }: Pick<URL, 'origin' | 'pathname'>): string {
  return origin + pathname
}
