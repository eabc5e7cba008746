import sharp from 'sharp'
import { checkRgbImage, type RgbImage } from '../../../schemas/rgbImage.ts'
import { encodeRgb } from '../rgb.ts'
import { layoutSheet, type SheetPlan, type SheetText } from './layout.ts'
import { createLettering, type Rgb } from './lettering.ts'

/** Many images on one. */
export interface ContactSheet {
  readonly width: number
  readonly height: number
  /**
   * Puts an image onto the sheet, at the size of its tile. The image itself is not kept.
   * @throws RangeError where the sheet has no such place
   */
  place(row: number, column: number, image: RgbImage): Promise<void>
  /** The sheet with its texts. Places that got no image show the background. */
  png(): Promise<Uint8Array>
}

const background = 0xf7
const inks: Readonly<Record<SheetText['kind'], Rgb>> = {
  title: [0x22, 0x26, 0x2b],
  head: [0x22, 0x26, 0x2b],
  caption: [0x5a, 0x62, 0x6b],
}

/**
 * An empty sheet. It holds three bytes per pixel, however many or large images are put onto it.
 * @throws SheetSizeError, CaptionError see `layoutSheet`
 */
export function createContactSheet(plan: SheetPlan): ContactSheet {
  const layout = layoutSheet(plan)
  const { width, height, tile } = layout
  const canvas: RgbImage = { width, height, data: new Uint8Array(width * height * 3).fill(background) }
  return {
    width,
    height,
    place: async (row, column, image) => {
      if (!(row >= 0 && row < plan.rows && column >= 0 && column < plan.columns))
        throw new RangeError(
          `the sheet has ${plan.rows} rows and ${plan.columns} columns: there is no ${row}, ${column}`,
        )
      const { left, top } = layout.place(row, column)
      const { data } = await resize(image, tile)
      for (let line = 0; line < tile.height; line++)
        canvas.data.set(
          data.subarray(line * tile.width * 3, (line + 1) * tile.width * 3),
          ((top + line) * width + left) * 3,
        )
    },
    png: async () => {
      const lettering = createLettering(layout.letterHeight)
      for (const { text, kind, ...place } of layout.texts) await lettering.write(canvas, text, place, inks[kind])
      return encodeRgb(canvas)
    },
  }
}

/** With Lanczos' filter, whose small images are sharp without steps. */
async function resize(image: RgbImage, { width, height }: SheetPlan['tile']): Promise<RgbImage> {
  checkRgbImage(image)
  if (image.width === width && image.height === height) return image
  const raw = { width: image.width, height: image.height, channels: 3 } as const
  const data = await sharp(image.data, { raw })
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer()
  return { width, height, data }
}
