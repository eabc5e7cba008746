import { decodeBinary } from '@thi.ng/rle-pack'
import { MaskError } from './errors.ts'

/**
 * Masks of brush regions: RGBA pixels, row by row, packed by the codec of `@thi.ng/rle-pack`, which the editor uses, too.
 * Only the alpha channel is drawn; what the editor writes has all four channels equal. Antialiased strokes have edges of
 * partial alpha: a pixel belongs to the mask from one half on.
 *
 * The packed form is a stream of bits: 32 for the number of words, 5 for the word's size − 1, four times 4 for the sizes
 * of run lengths − 1; then runs: a bit 1, 2 bits that choose a size, the length − 1 in that size, and the word. (A bit 0
 * begins words without repeats; whole pixels of one value never need them.)
 */

const channels = 4
const wordBits = 8
const lengthBits = [3, 4, 8, 16] as const
const longestRun = 2 ** 16
const headerBytes = 4 + Math.ceil((5 + 4 * lengthBits.length) / 8)

/** Alpha from which a pixel belongs to a mask: one half. */
export const alphaThreshold = 128

/**
 * Packs a mask, `[height, width]` bytes of 0 or 1. The bytes are those that the codec's own encoder makes of the same
 * pixels, but runs are found in the mask itself, at a hundredth of the time.
 *
 * @throws RangeError where the mask does not fill its size
 */
export function encodeBrush(mask: Uint8Array, width: number, height: number): number[] {
  if (mask.length !== width * height) {
    throw new RangeError(`The mask holds ${mask.length} pixels; ${width}×${height} are needed.`)
  }
  const bytes: number[] = []
  const write = bitWriter(bytes)
  write(mask.length * channels, 32)
  write(wordBits - 1, 5)
  for (const size of lengthBits) write(size - 1, 4)
  let value = mask[0] === 1 ? 1 : 0
  let start = 0
  while (start < mask.length) {
    const next = mask.indexOf(1 - value, start)
    const end = next < 0 ? mask.length : next
    for (let left = (end - start) * channels; left > 0; left -= longestRun) {
      const repeats = Math.min(left, longestRun) - 1
      const chosen = lengthBits.findIndex((size) => repeats < 2 ** size)
      write(1, 1)
      write(chosen, 2)
      write(repeats, lengthBits[chosen] ?? 16)
      write(value * 255, wordBits)
    }
    start = end
    value = 1 - value
  }
  write(0, 7)
  return bytes
}

/** Appends the lowest `count` bits of values to bytes, the highest bit first; a last, unfilled byte is not appended. */
function bitWriter(bytes: number[]): (value: number, count: number) => void {
  let [pending, held] = [0, 0]
  return (value, count) => {
    for (let bit = count - 1; bit >= 0; bit -= 1) {
      pending = (pending << 1) | ((value >>> bit) & 1)
      held += 1
      if (held < 8) continue
      bytes.push(pending)
      pending = 0
      held = 0
    }
  }
}

/**
 * The mask of a brush region, `[height, width]` bytes of 0 or 1.
 *
 * @throws MaskError where the bytes are cut off, or were packed from another number of pixels: this is seen in the first
 *   bytes, before anything is unpacked
 */
export function decodeBrush(rle: readonly number[], width: number, height: number): Uint8Array {
  if (rle.length < headerBytes) throw new MaskError(`is a brush mask of ${rle.length} bytes, cut off before its pixels`)
  const bytes = Uint8Array.from(rle)
  const words = new DataView(bytes.buffer).getUint32(0)
  const bits = ((bytes[4] ?? 0) >> 3) + 1
  if (bits !== wordBits) throw new MaskError(`is packed in words of ${bits} bits instead of ${wordBits}`)
  if (words !== width * height * channels) {
    throw new MaskError(
      `holds a brush mask of ${words / channels} pixels instead of ${width}×${height}, which are ${width * height}`,
    )
  }
  const pixels = unpack(bytes)
  const mask = new Uint8Array(width * height)
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    if ((pixels[pixel * channels + channels - 1] ?? 0) >= alphaThreshold) mask[pixel] = 1
  }
  return mask
}

function unpack(bytes: Uint8Array): ArrayLike<number> {
  try {
    return decodeBinary(bytes)
  } catch {
    throw new MaskError(`is a brush mask that is cut off after ${bytes.length} bytes`)
  }
}
