import { crc32 } from 'node:zlib'
import { encode } from 'fast-png'
import type { LabelMap } from '../../../schemas/labelMap.ts'

/** Rows of a picture: `#` is white, everything else black. */
export type Picture = readonly string[]

const pixels = (picture: Picture): string[] => picture.flatMap((row) => [...row])
const sizeOf = (picture: Picture): { width: number; height: number } => ({
  width: picture[0]?.length ?? 0,
  height: picture.length,
})

/** An 8-bit grey PNG, as transformers makes of a mask. */
export const greyPng = (picture: Picture): Uint8Array =>
  encode({
    ...sizeOf(picture),
    data: Uint8Array.from(pixels(picture), (pixel) => (pixel === '#' ? 255 : 0)),
    channels: 1,
    depth: 8,
  })

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** What the endpoint says of one segment. */
export const segment = (label: string, picture: Picture) => ({ label, score: 0.99, mask: base64(greyPng(picture)) })

/** A label map as rows of digits. */
export const digits = (labelMap: LabelMap | undefined): string[] | undefined =>
  labelMap &&
  Array.from({ length: labelMap.height }, (_, y) =>
    [...labelMap.data.subarray(y * labelMap.width, (y + 1) * labelMap.width)].join(''),
  )

/** A sound PNG but for its header, which claims another size than the pixels have. */
export function claimingPng(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(greyPng(['#']))
  // Signature (8), then IHDR: length (4), type (4), width, height, five more bytes, checksum of type and data.
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}
