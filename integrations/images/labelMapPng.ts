import { inflateSync } from 'node:zlib'
import { decode, encode } from 'fast-png'
import { checkLabelMap, type LabelMap } from '../../schemas/labelMap.ts'
import type { Part } from '../../schemas/labels.ts'
import { ImageFileError } from './errors.ts'
import { compressedPixels, type PngHeader, readPngHeader, withoutMetadata } from './pngChunks.ts'

/**
 * Label maps as indexed PNG. fast-png does the packing, because it takes and gives the indices as they are; sharp and
 * other image libraries sort, drop or quantise palettes, and a palette index is a part id here.
 */

/** Level 6 is both smaller and, on label maps, faster than fast-png's default 3. */
const compressionLevel = 6

/**
 * An 8-bit indexed PNG whose pixel values are the part ids and whose palette holds the colour of every listed part.
 * The same label map and parts give the same bytes.
 *
 * @throws LabelMapError when the map does not fill its size or holds an id outside the list.
 */
export function encodeLabelMap(labelMap: LabelMap, parts: readonly Part[]): Uint8Array {
  checkLabelMap(labelMap, { parts: parts.length })
  const { width, height, data } = labelMap
  return encode(
    { width, height, data, depth: 8, channels: 1, palette: paletteOf(parts) },
    { zlib: { level: compressionLevel } },
  )
}

/** Red, green and blue of every part, 0..255. */
export function paletteOf(parts: readonly Part[]): number[][] {
  return parts.map(({ color }) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)))
}

/**
 * The indices of an indexed PNG of 1, 2, 4 or 8 bits, as part ids; the colours of the palette do not matter.
 * Whether the ids are in a label list is asked with `checkLabelMap`.
 *
 * @throws ImageFileError when the bytes are no PNG, are cut off or damaged, unpack to more than they claim, or hold
 *   colours instead of indices.
 */
export function decodeLabelMap(bytes: Uint8Array): LabelMap {
  const header = readPngHeader(bytes)
  const { width, height, depth, kind, interlaced } = header
  if (kind !== 'indexed') {
    throw new ImageFileError(
      `The mask is a ${depth}-bit ${kind} PNG; an indexed one (with a palette) is needed, whose indices are the part ` +
        'ids. Save it in palette mode, without letting the program reorder the palette.',
    )
  }
  if (interlaced && depth < 8) {
    throw new ImageFileError(`The mask is an interlaced ${depth}-bit PNG. Save it without interlacing.`)
  }
  checkUnpackedSize(compressedPixels(bytes), header)
  const data = decode(withoutMetadata(bytes), { checkCrc: true }).data
  return { width, height, data: unpackIndices(Uint8Array.from(data), width, height, depth) }
}

/** Unpacks once into a bounded buffer: a decoder that trusts the stream would fill the memory from a small file. */
function checkUnpackedSize(compressed: Uint8Array, { width, height, depth, interlaced }: PngHeader): void {
  const needed = height * Math.ceil((width * depth) / 8) + height
  // Adam7 has seven passes, each with a filter byte per row: below two more per row of the image, and a few.
  const most = interlaced ? needed + height + 7 : needed
  try {
    const unpacked = inflateSync(compressed, { maxOutputLength: most }).length
    if (unpacked >= (interlaced ? width * height : needed)) return
  } catch (cause) {
    const tooLarge = cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
    throw new ImageFileError(
      tooLarge
        ? `The PNG claims ${width}×${height} pixels but unpacks to more. It is not read.`
        : "The PNG's pixels are damaged or cut off. Save or copy the file again.",
      { cause },
    )
  }
  throw new ImageFileError(`The PNG holds fewer pixels than the ${width}×${height} it claims. Save it again.`)
}

/** One index per byte, from `8 / depth` indices per byte; rows begin at whole bytes. */
function unpackIndices(packed: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  if (depth === 8) return packed
  const bytesPerRow = Math.ceil((width * depth) / 8)
  const mask = 2 ** depth - 1
  return Uint8Array.from({ length: width * height }, (_, pixel) => {
    const bit = (pixel % width) * depth
    const byte = packed[Math.floor(pixel / width) * bytesPerRow + (bit >> 3)] ?? 0
    return (byte >> (8 - depth - (bit & 7))) & mask
  })
}
