import { shownAddress } from '../download/address.ts'
import { RemoteImageError } from './errors.ts'

const longestShown = 200

/** An image as messages name it: without its query, which often holds a signature. */
export function shown(url: URL): string {
  const address = shownAddress(url)
  return `The image at ${address.length > longestShown ? `${address.slice(0, longestShown)}…` : address}`
}

/**
 * An address that an image is fetched from.
 * @param base where a relative one begins
 * @throws RemoteImageError for what is none, for other protocols than http and https, and where a user or password stands
 *   in it
 */
export function parseImageAddress(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) {
    throw new RemoteImageError('The image has no address: write it like https://host/photo.jpg, or upload the image.')
  }
  const url = new URL(text, base?.href)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    const protocol = url.protocol.slice(0, -1).slice(0, 20)
    throw new RemoteImageError(
      `Images are fetched over https and http, not over ${protocol}: give another address, or upload the image.`,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new RemoteImageError(
      `The address of an image at ${url.host} holds a user or password, which would end up in logs: upload the image instead.`,
    )
  }
  return url
}
