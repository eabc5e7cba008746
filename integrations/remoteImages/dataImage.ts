import { RemoteImageError } from './errors.ts'
import { checkImage } from './imageKind.ts'

/** Whether a text is a data URI: an image that stands in the text itself. */
export function isDataUri(text: string): boolean {
  return /^data:/i.test(text)
}

/**
 * The bytes of an image that stands in a data URI (RFC 2397), in base64.
 * @param maximumBytes largest image that is taken
 * @throws RemoteImageError where it is too large, in another encoding, or no image
 */
export function readDataImage(uri: string, maximumBytes: number): Uint8Array {
  const named = 'The image in the data URI'
  const comma = uri.indexOf(',')
  if (comma < 0 || !/;base64$/i.test(uri.slice(0, comma))) {
    throw new RemoteImageError(`${named} is not in base64: write it like data:image/png;base64,…, or upload the image.`)
  }
  const text = uri.slice(comma + 1)
  // Checked before anything is decoded: four characters hold three bytes.
  if (Math.floor((text.length * 3) / 4) > maximumBytes + 2) throw tooLarge(named, maximumBytes)
  if (!/^[\w+/-]*={0,2}$/.test(text)) {
    throw new RemoteImageError(`${named} holds other characters than base64 has: encode it again, or upload the image.`)
  }
  const bytes = new Uint8Array(Buffer.from(text, 'base64'))
  if (bytes.length > maximumBytes) throw tooLarge(named, maximumBytes)
  checkImage(bytes, named)
  return bytes
}

function tooLarge(named: string, maximumBytes: number): RemoteImageError {
  return new RemoteImageError(`${named} has more than the ${maximumBytes} bytes that are taken: use a smaller one.`)
}
