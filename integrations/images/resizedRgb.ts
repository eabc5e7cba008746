import type { RgbImage } from '../../schemas/rgbImage.ts'
import { ImageFileError } from './errors.ts'
import { uprightRgb } from './rgb.ts'

export interface ResizedImage {
  /** At the size that was asked for. */
  readonly image: RgbImage
  /** Pixels of the file's own image, upright. */
  readonly original: { readonly width: number; readonly height: number }
}

/**
 * A PNG, JPEG or WebP (and what else sharp reads) as RGB of a given size, its sides stretched as they need be: turned
 * upright as its EXIF data says, greys and palettes spread to three channels, alpha dropped. Large files are never held
 * whole where their format allows to read them smaller.
 *
 * @throws ImageFileError when the bytes are no image, are cut off, or hold more than {@link maximumPixels}.
 */
export async function decodeResizedRgb(
  bytes: Uint8Array,
  size: { readonly width: number; readonly height: number },
): Promise<ResizedImage> {
  try {
    const file = uprightRgb(bytes)
    const { autoOrient: original } = await file.metadata()
    const { data, info } = await file
      .resize(size.width, size.height, { fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { image: { width: info.width, height: info.height, data: new Uint8Array(data) }, original }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ImageFileError(`The image cannot be read (${reason}). Save it again as PNG, JPEG or WebP.`, { cause })
  }
}
