/** An image without alpha: `[height, width, 3]` bytes, row by row from the top left. */
export type RgbImage = { readonly width: number; readonly height: number; readonly data: Uint8Array }

/** An image whose bytes do not fill its size. */
export class RgbImageError extends Error {
  override readonly name = 'RgbImageError'
}

/** @throws RgbImageError when the data is not width × height × 3 bytes. */
export function checkRgbImage({ width, height, data }: RgbImage): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RgbImageError(`An image is at least 1×1 pixels; this one is ${width}×${height}.`)
  }
  if (data.length !== width * height * 3) {
    throw new RgbImageError(
      `A ${width}×${height} RGB image holds ${width * height * 3} bytes; this one holds ${data.length}.`,
    )
  }
}
