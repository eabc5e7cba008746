import type { ImageSize } from '../../../schemas/project.ts'
import { ignoredLabel } from './labelledImages.ts'

export interface CropChange {
  /** Mirrored, left to right. */
  readonly flip: boolean
  /** Factor of the image's size, above 0. */
  readonly scale: number
  /**
   * Where the frame lies: 0 has the scaled image's left (upper) edge in common with it, 1 the right (lower) one. This is
   * so for larger images, of which it shows a part, and for smaller ones, which lie in it.
   */
  readonly left: number
  readonly top: number
}

/** Grey where there is no image: ImageNet's mean colour, which networks see as zeros. */
const outside = [124, 116, 104] as const

/**
 * Scales an image, bilinear, and its label map, nearest neighbour, and cuts a frame of the same size from both. What lies
 * outside of the image is grey and has the label that is ignored.
 * @param image [height, width, 3] RGB
 * @param labels [height, width]
 * @param result as long as both; overwritten
 */
export function cropScaled(
  { size, image, labels }: { readonly size: ImageSize; readonly image: Uint8Array; readonly labels: Uint8Array },
  { flip, scale, left, top }: CropChange,
  result: { readonly image: Uint8Array; readonly labels: Uint8Array },
): void {
  const { width, height } = size
  const columns = alongAxis(width, scale, left, flip)
  const rows = alongAxis(height, scale, top, false)
  let at = 0
  for (let y = 0; y < height; y++) {
    const nearestRow = rows.nearest[y] ?? 0
    const upper = (rows.low[y] ?? 0) * width
    const lower = (rows.high[y] ?? 0) * width
    const down = rows.weight[y] ?? 0
    for (let x = 0; x < width; x++, at++) {
      const nearest = columns.nearest[x] ?? 0
      const inside = nearestRow >= 0 && nearest >= 0
      result.labels[at] = inside ? (labels[nearestRow * width + nearest] ?? 0) : ignoredLabel
      const low = columns.low[x] ?? 0
      const high = columns.high[x] ?? 0
      const right = columns.weight[x] ?? 0
      for (let channel = 0; channel < 3; channel++) {
        result.image[3 * at + channel] = inside
          ? mix(
              mix(image[3 * (upper + low) + channel] ?? 0, image[3 * (upper + high) + channel] ?? 0, right),
              mix(image[3 * (lower + low) + channel] ?? 0, image[3 * (lower + high) + channel] ?? 0, right),
              down,
            ) + 0.5
          : (outside[channel] ?? 0)
      }
    }
  }
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

/** For each place of the frame: the nearest place of the image, −1 outside, and the two that it lies between. */
function alongAxis(length: number, scale: number, place: number, flip: boolean) {
  const nearest = new Int32Array(length)
  const low = new Int32Array(length)
  const high = new Int32Array(length)
  const weight = new Float64Array(length)
  const start = place * (scale - 1) * length
  for (let index = 0; index < length; index++) {
    const seen = flip ? length - 1 - index : index
    // Pixels are squares: their middles lie at halves (align_corners = False).
    const middle = (start + seen + 0.5) / scale
    nearest[index] = middle >= 0 && middle < length ? Math.floor(middle) : -1
    const between = Math.min(Math.max(middle - 0.5, 0), length - 1)
    low[index] = Math.floor(between)
    high[index] = Math.min(Math.floor(between) + 1, length - 1)
    weight[index] = between - Math.floor(between)
  }
  return { nearest, low, high, weight }
}
