import { inflateSync } from 'node:zlib'
import { decode, encode } from 'fast-png'
import { ImageFileError } from '../../images/errors.ts'
import { compressedPixels, type PngHeader, readPngHeader, withoutMetadata } from '../../images/pngChunks.ts'
import { alphaThreshold } from './brushRle.ts'
import { MaskError } from './errors.ts'

/**
 * Masks of bitmask regions: a PNG file, black where the mask is and transparent elsewhere, as a data URL. Editors write
 * 8-bit RGB with alpha; a palette of two colours and one bit per pixel looks the same and costs a twentieth of the time.
 */

const prefix = 'data:image/png;base64,'

/** Palette entries: transparent, and black. */
const palette = [
  [0, 0, 0, 0],
  [0, 0, 0, 255],
]

/** Characters that a PNG may take beyond its pixels, as they are, in base64. */
const spareCharacters = 2 ** 16

/**
 * A mask, `[height, width]` bytes of 0 or 1, as the data URL of a PNG.
 * @throws RangeError where the mask does not fill its size
 */
export function encodeBitmask(mask: Uint8Array, width: number, height: number): string {
  if (mask.length !== width * height) {
    throw new RangeError(`The mask holds ${mask.length} pixels; ${width}×${height} are needed.`)
  }
  const rowBytes = Math.ceil(width / 8)
  const data = new Uint8Array(rowBytes * height)
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    if (mask[pixel] !== 1) continue
    const byte = Math.floor(pixel / width) * rowBytes + ((pixel % width) >> 3)
    data[byte] = (data[byte] ?? 0) | (128 >> ((pixel % width) & 7))
  }
  const png = encode({ width, height, data, depth: 1, channels: 1, palette }, { zlib: { level: 6 } })
  return prefix + Buffer.from(png).toString('base64')
}

/**
 * The mask of a bitmask region, `[height, width]` bytes of 0 or 1. Pixels of at least half alpha belong to it, whatever
 * their colour.
 *
 * @throws MaskError where it is no PNG with transparency of that size, which is seen before its pixels are unpacked, or
 *   unpacks to more than it claims, which ends the unpacking
 */
export function decodeBitmask(imageDataURL: string, width: number, height: number): Uint8Array {
  if (!imageDataURL.startsWith(prefix)) throw new MaskError(`holds no PNG image (${prefix}…)`)
  // What cannot be compressed grows a little; 16-bit RGB with alpha takes eight bytes per pixel.
  const most = Math.ceil((width * height * 8 + height) * 1.4) + spareCharacters
  if (imageDataURL.length > most) {
    throw new MaskError(`holds a PNG of ${imageDataURL.length} characters, more than ${width}×${height} pixels take`)
  }
  const bytes = Buffer.from(imageDataURL.slice(prefix.length), 'base64')
  try {
    const header = readPngHeader(bytes)
    if (header.width !== width || header.height !== height) {
      throw new MaskError(`holds a bitmask of ${header.width}×${header.height} pixels instead of ${width}×${height}`)
    }
    return maskOf(bytes, header)
  } catch (error) {
    if (error instanceof MaskError) throw error
    const reason = error instanceof ImageFileError ? error.message : "The PNG's pixels are damaged or cut off"
    throw new MaskError(`holds a bitmask that cannot be read. ${reason.replace(/\.$/, '')}`)
  }
}

/**
 * Alpha by palette index, from the PNG's tRNS chunk; entries beyond it are opaque. The header has been read before.
 * @see https://www.w3.org/TR/png-3/#11tRNS
 */
function paletteAlphas(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let offset = 8; offset + 12 <= bytes.length; ) {
    const length = view.getUint32(offset)
    const end = offset + 12 + length
    if (String.fromCharCode(...bytes.subarray(offset + 4, offset + 8)) === 'tRNS' && end <= bytes.length) {
      return bytes.subarray(offset + 8, end - 4)
    }
    offset = end
  }
  return undefined
}

/** Samples per pixel of the kinds that can be transparent; where there are several, the last one is alpha. */
const channelsOf: Readonly<Record<string, number>> = { indexed: 1, 'greyscale with alpha': 2, 'RGB with alpha': 4 }

function maskOf(bytes: Uint8Array, { width, height, depth, kind, interlaced }: PngHeader): Uint8Array {
  const channels = channelsOf[kind]
  const alphas = kind === 'indexed' ? paletteAlphas(bytes) : undefined
  if (channels === undefined || (kind === 'indexed' && alphas === undefined)) {
    throw new MaskError('holds a PNG without transparency, which paints everything')
  }
  if (interlaced) throw new MaskError('holds an interlaced PNG, which is not read')
  const needed = height * (1 + Math.ceil((width * channels * depth) / 8))
  // Unpacks once into a bounded buffer: a decoder that trusts the stream would fill the memory from a small file.
  if (inflateSync(compressedPixels(bytes), { maxOutputLength: needed }).length < needed) {
    throw new MaskError(`holds a bitmask of fewer pixels than the ${width}×${height} it claims`)
  }
  const { data } = decode(withoutMetadata(bytes), { checkCrc: true })
  const mask = new Uint8Array(width * height)
  if (alphas !== undefined) {
    const opaque = Uint8Array.from({ length: 256 }, (_, index) => ((alphas[index] ?? 255) >= alphaThreshold ? 1 : 0))
    readIndices(data, width, depth, mask)
    for (let pixel = 0; pixel < mask.length; pixel += 1) mask[pixel] = opaque[mask[pixel] ?? 0] ?? 0
    return mask
  }
  const threshold = depth === 16 ? alphaThreshold * 256 : alphaThreshold
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    if ((data[pixel * channels + channels - 1] ?? 0) >= threshold) mask[pixel] = 1
  }
  return mask
}

/** Puts one palette index per byte into `indices`, from `8 / depth` indices per byte; rows begin at whole bytes. */
function readIndices(packed: ArrayLike<number>, width: number, depth: number, indices: Uint8Array): void {
  const rowBytes = Math.ceil((width * depth) / 8)
  const lowest = 2 ** depth - 1
  for (let row = 0, pixel = 0; pixel < indices.length; row += 1) {
    for (let bit = 0; bit < width * depth; bit += depth, pixel += 1) {
      indices[pixel] = ((packed[row * rowBytes + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & lowest
    }
  }
}
