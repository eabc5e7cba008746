import { RemoteImageError } from './errors.ts'

/** What may be wrong with bytes in place of an image, by how they begin. */
interface Likeness {
  readonly matches: (bytes: Uint8Array) => boolean
  readonly message: string
}

const startsWith =
  (text: string, at = 0) =>
  (bytes: Uint8Array): boolean =>
    latin1(bytes, at, at + text.length) === text

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('latin1')
}

/** Brands of a file of the ISO base media kind (ISO 14496-12, section 4.3): its own, and what else it can be read as. */
const hasBrand =
  (brand: RegExp) =>
  (bytes: Uint8Array): boolean =>
    startsWith('ftyp', 4)(bytes) && brand.test(latin1(bytes, 8, 64))

/** By their first bytes, whatever name or type they come with: what sharp reads without more libraries. */
const images: readonly ((bytes: Uint8Array) => boolean)[] = [
  startsWith('\x89PNG\r\n\x1a\n'),
  startsWith('\xff\xd8\xff'),
  (bytes) => startsWith('RIFF')(bytes) && startsWith('WEBP', 8)(bytes),
  startsWith('GIF87a'),
  startsWith('GIF89a'),
  startsWith('II*\0'),
  startsWith('MM\0*'),
  hasBrand(/avi[fs]/),
]

const saveAgain = 'save it as PNG or JPEG.'
/** The beginning of a text, behind a byte order mark and what XML and HTML skip. */
const textStart = (bytes: Uint8Array): string => latin1(bytes, 0, 1024).replace(/^(?:ï»¿)?\s*/, '')

const others: readonly Likeness[] = [
  { matches: (bytes) => bytes.length === 0, message: 'is empty: look whether it is stored there in whole.' },
  {
    matches: (bytes) => /^<(?:.*<)?svg[\s>]/is.test(textStart(bytes)) && !/<html/i.test(textStart(bytes)),
    message: `is a drawing (SVG), which is not read: ${saveAgain}`,
  },
  {
    matches: (bytes) => textStart(bytes).startsWith('<'),
    message:
      'cannot be had: the address answered a page, not an image. It may ask to sign in, or show the image inside a page; ' +
      'give the address of the image itself, or upload it.',
  },
  { matches: startsWith('BM'), message: `is a BMP, which is not read: ${saveAgain}` },
  { matches: hasBrand(/hei[cmsx]|hev[cmsx]|mif1|msf1/), message: `is a HEIC photo, which is not read: ${saveAgain}` },
]

/**
 * Checks by its first bytes that a file is an image: PNG, JPEG, WebP, GIF, TIFF or AVIF.
 * @param named how messages call it
 * @throws RemoteImageError that says what it is instead
 */
export function checkImage(bytes: Uint8Array, named: string): void {
  if (images.some((matches) => matches(bytes))) return
  const found = others.find(({ matches }) => matches(bytes))
  throw new RemoteImageError(
    `${named} ${found?.message ?? `is none that is read (PNG, JPEG, WebP, GIF, TIFF, AVIF): ${saveAgain}`}`,
  )
}
