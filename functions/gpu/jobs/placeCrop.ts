import type { Crop } from '../../../schemas/generator.ts'

/** The part of the image that a person wants; in the middle where no place is given. In pixels. */
export interface CropWish {
  readonly width: number
  readonly height: number
  readonly place?: { readonly x: number; readonly y: number }
}

/** A crop that does not lie inside the image. */
export class CropError extends Error {
  override readonly name = 'CropError'
}

/**
 * Where a wanted part lies in a square image.
 * @param resolution side of the square in pixels
 * @returns undefined where it is all of the square
 * @throws CropError where it does not lie inside
 */
export function placeCrop({ width, height, place }: CropWish, resolution: number): Crop | undefined {
  const { x, y } = place ?? {
    x: Math.floor((resolution - width) / 2),
    y: Math.floor((resolution - height) / 2),
  }
  if (width < 1 || height < 1 || x < 0 || y < 0 || x + width > resolution || y + height > resolution)
    throw new CropError(
      `${width}×${height} at ${x}, ${y} does not lie inside the generator’s ${resolution}×${resolution} pixels`,
    )
  return width === resolution && height === resolution ? undefined : { x, y, width, height }
}
