import sharp from 'sharp'
import type { RgbImage } from '../../../schemas/rgbImage.ts'
import { descent, digitHeight, type Glyph, glyphsOf, strokeWidth, tracking } from './glyphs.ts'

/** A colour, 0..255 each. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** Writes small texts at one size. */
export interface Lettering {
  /** @param left of the first character @param top of the digits; a ψ reaches further down */
  write(canvas: RgbImage, text: string, place: { readonly left: number; readonly top: number }, ink: Rgb): Promise<void>
}

/**
 * Pixels that a text takes from left to right.
 * @param height of a digit in pixels
 * @throws CaptionError for characters that there are none of
 */
export function textWidth(text: string, height: number): number {
  const glyphs = glyphsOf(text)
  const advances = glyphs.reduce((sum, glyph) => sum + advance(glyph, height), 0)
  return Math.max(0, advances - Math.round((tracking * height) / digitHeight))
}

/** @param height of a digit in pixels */
export function createLettering(height: number): Lettering {
  const masks = new Map<Glyph, Promise<Mask>>()
  const maskOf = (glyph: Glyph): Promise<Mask> => {
    const mask = masks.get(glyph) ?? drawMask(glyph, height)
    masks.set(glyph, mask)
    return mask
  }
  return {
    write: async (canvas, text, { left, top }, ink) => {
      let x = left
      for (const glyph of glyphsOf(text)) {
        if (glyph.path !== '') blend(canvas, await maskOf(glyph), x, top, ink)
        x += advance(glyph, height)
      }
    },
  }
}

/** Whole pixels, so that a character looks the same wherever it stands. */
function advance({ width }: Glyph, height: number): number {
  return Math.round(((width + tracking) * height) / digitHeight)
}

/** How much of each pixel a character covers, 0..255, row by row. */
interface Mask {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

async function drawMask({ width, path }: Glyph, height: number): Promise<Mask> {
  const scale = height / digitHeight
  const size = { width: Math.ceil(width * scale), height: Math.ceil((digitHeight + descent) * scale) }
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ` +
    `viewBox="0 0 ${size.width / scale} ${size.height / scale}"><path d="${path}" fill="none" stroke="#fff" ` +
    `stroke-width="${strokeWidth}" stroke-linecap="round" stroke-linejoin="round"/></svg>`
  return { ...size, data: await sharp(Buffer.from(svg)).extractChannel('alpha').raw().toBuffer() }
}

function blend({ width, height, data }: RgbImage, mask: Mask, left: number, top: number, ink: Rgb): void {
  for (let row = Math.max(0, -top); row < Math.min(mask.height, height - top); row++)
    for (let column = Math.max(0, -left); column < Math.min(mask.width, width - left); column++) {
      const cover = (mask.data[row * mask.width + column] ?? 0) / 255
      const pixel = ((top + row) * width + left + column) * 3
      for (const [channel, value] of ink.entries()) {
        const below = data[pixel + channel] ?? 0
        data[pixel + channel] = Math.round(below + (value - below) * cover)
      }
    }
}
