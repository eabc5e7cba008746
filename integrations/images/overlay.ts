import sharp from 'sharp'
import { checkLabelMap, type LabelMap } from '../../schemas/labelMap.ts'
import type { Part } from '../../schemas/labels.ts'
import { paletteOf } from './labelMapPng.ts'
import { decodeRgb } from './rgb.ts'

/** Share of the parts' colours in the picture. */
const opacity = 0.5

/**
 * A picture of an image below its label map, for people to look at; the background part is left clear.
 * @param file the image, of the label map's size
 * @returns a PNG of the same size
 * @throws ImageFileError where the file is no image; LabelMapError where the map holds a part outside the list
 */
export async function encodeOverlay(file: Uint8Array, labelMap: LabelMap, parts: readonly Part[]): Promise<Uint8Array> {
  const { width, height, data } = await decodeRgb(file)
  checkLabelMap(labelMap, { parts: parts.length })
  const palette = paletteOf(parts)
  for (const [pixel, part] of labelMap.data.entries()) {
    if (part === 0) continue
    for (const [channel, value] of (palette[part] ?? []).entries()) {
      const place = 3 * pixel + channel
      data[place] = Math.round((1 - opacity) * (data[place] ?? 0) + opacity * value)
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer()
}

/** Bytes of one channel as an 8-bit grey PNG. @param data [height, width] */
export async function encodeGrey({
  width,
  height,
  data,
}: {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 6 })
    .toBuffer()
}
