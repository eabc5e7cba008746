import { hasPngSignature } from 'fast-png'
import { ImageFileError, maximumPixels } from './errors.ts'

/**
 * The outer form of a PNG file: its header and its chunks, looked at before anything is unpacked, so that a file of the
 * wrong kind or size is refused by name and not by what a decoder happens to stumble over.
 *
 * @see https://www.w3.org/TR/png-3/#5DataRep
 */

const kinds = {
  0: 'greyscale',
  2: 'RGB',
  3: 'indexed',
  4: 'greyscale with alpha',
  6: 'RGB with alpha',
} as const

export type PngHeader = {
  readonly width: number
  readonly height: number
  /** Bits per channel, or per index: 1, 2, 4, 8 or 16. */
  readonly depth: number
  readonly kind: (typeof kinds)[keyof typeof kinds]
  readonly interlaced: boolean
}

type Chunk = { readonly type: string; readonly data: Uint8Array; readonly whole: Uint8Array }

const signatureLength = 8

function* chunks(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = signatureLength
  while (offset < bytes.length) {
    const length = offset + 8 <= bytes.length ? view.getUint32(offset) : Number.POSITIVE_INFINITY
    const end = offset + 12 + length
    if (end > bytes.length) {
      throw new ImageFileError(`The PNG is cut off: it ends after ${bytes.length} bytes, in the middle of a chunk.`)
    }
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8))
    yield { type, data: bytes.subarray(offset + 8, end - 4), whole: bytes.subarray(offset, end) }
    if (type === 'IEND') return
    offset = end
  }
  throw new ImageFileError(`The PNG is cut off: its end is missing after ${bytes.length} bytes. Save or copy it again.`)
}

function isKind(colour: number): colour is keyof typeof kinds {
  return colour in kinds
}

/**
 * Width, height and kind of a PNG file, from its first bytes.
 *
 * @throws ImageFileError when the bytes are no PNG, are cut off, or claim more than {@link maximumPixels}.
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  if (bytes.length < signatureLength || !hasPngSignature(bytes.subarray(0, signatureLength))) {
    throw new ImageFileError(
      bytes.length === 0 ? 'The file is empty; a PNG is needed.' : 'The file is not a PNG. Save the mask as PNG.',
    )
  }
  const first = chunks(bytes).next().value
  if (first === undefined || first.type !== 'IHDR' || first.data.length !== 13) {
    throw new ImageFileError('The PNG does not begin with a header. The file is damaged: save it again.')
  }
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13)
  const [width, height, depth, colour] = [view.getUint32(0), view.getUint32(4), view.getUint8(8), view.getUint8(9)]
  if (width * height > maximumPixels) {
    throw new ImageFileError(
      `The PNG claims ${width}×${height} pixels; at most ${maximumPixels} pixels (8192×8192) are read.`,
    )
  }
  if (width === 0 || height === 0 || !isKind(colour)) {
    throw new ImageFileError(`The PNG's header is damaged: ${width}×${height} pixels of kind ${colour}. Save it again.`)
  }
  return { width, height, depth, kind: kinds[colour], interlaced: view.getUint8(12) !== 0 }
}

/** A PNG's compressed pixels: the data of its IDAT chunks, joined. */
export function compressedPixels(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([...chunks(bytes)].filter(({ type }) => type === 'IDAT').map(({ data }) => data))
}

/** The same PNG with nothing but header, palette and pixels: no metadata that would have to be unpacked and trusted. */
export function withoutMetadata(bytes: Uint8Array): Uint8Array {
  const kept = [...chunks(bytes)].filter(({ type }) => ['IHDR', 'PLTE', 'IDAT', 'IEND'].includes(type))
  return Buffer.concat([bytes.subarray(0, signatureLength), ...kept.map(({ whole }) => whole)])
}
