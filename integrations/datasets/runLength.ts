/**
 * COCO's run-length encoding of a mask. Pixels are read column by column; the counts alternate between runs of 0 and
 * runs of 1, beginning with 0 (a mask whose first pixel is set begins with a count of 0). The compressed form writes
 * each count, from the third on less the count two before it, in groups of five bits, lowest first, as characters from
 * code 48 on; bit 5 says that more groups follow, bit 4 of the last group is the sign.
 *
 * Masks are `[height, width]` bytes of 0 or 1, row by row.
 *
 * @see https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.h
 */

/** Counts that do not fit their mask, or characters that are not a compressed count. */
export class RunLengthError extends Error {
  override readonly name = 'RunLengthError'
}

/** The counts of a mask: at least one, and their sum is width × height. */
export function encodeRuns(mask: Uint8Array, width: number, height: number): number[] {
  const counts: number[] = []
  let value = 0
  let run = 0
  for (let x = 0; x < width; x += 1) {
    for (let y = 0; y < height; y += 1) {
      if ((mask[y * width + x] ?? 0) !== value) {
        counts.push(run)
        value = 1 - value
        run = 0
      }
      run += 1
    }
  }
  return [...counts, run]
}

/** @throws RunLengthError when a count is no whole number or the counts do not add up to width × height. */
export function decodeRuns(counts: readonly number[], width: number, height: number): Uint8Array {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (!counts.every((count) => Number.isInteger(count) && count >= 0) || total !== width * height) {
    throw new RunLengthError(
      `The run lengths add up to ${total} pixels, but a ${width}×${height} mask has ${width * height}.`,
    )
  }
  const mask = new Uint8Array(width * height)
  let pixel = 0
  for (const [index, count] of counts.entries()) {
    const end = pixel + count
    if (index % 2 === 0) pixel = end
    for (; pixel < end; pixel += 1) mask[(pixel % height) * width + Math.floor(pixel / height)] = 1
  }
  return mask
}

/** The counts as COCO's compressed string. */
export function compressRuns(counts: readonly number[]): string {
  return counts
    .map((count, index) => {
      let rest = index > 2 ? count - (counts[index - 2] ?? 0) : count
      let text = ''
      for (let more = true; more; ) {
        const group = rest & 31
        rest >>= 5
        more = group & 16 ? rest !== -1 : rest !== 0
        text += String.fromCharCode(48 + group + (more ? 32 : 0))
      }
      return text
    })
    .join('')
}

/** @throws RunLengthError when a character is outside the code or the string ends within a count. */
export function decompressRuns(text: string): number[] {
  const counts: number[] = []
  let value = 0
  let bits = 0
  for (const [at, character] of [...text].entries()) {
    const code = (character.codePointAt(0) ?? 0) - 48
    if (code < 0 || code > 63 || bits > 30) {
      throw new RunLengthError(
        `Character ${at} of the compressed run lengths, ${JSON.stringify(character)}, is no run.`,
      )
    }
    value |= (code & 31) << bits
    bits += 5
    if (code & 32) continue
    if (code & 16 && bits < 32) value |= -1 << bits
    counts.push(counts.length > 2 ? value + (counts[counts.length - 2] ?? 0) : value)
    value = 0
    bits = 0
  }
  if (bits > 0) throw new RunLengthError('The compressed run lengths end in the middle of a count.')
  return counts
}
