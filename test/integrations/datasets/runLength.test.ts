import { expect, test } from 'vitest'
import {
  compressRuns,
  decodeRuns,
  decompressRuns,
  encodeRuns,
  RunLengthError,
} from '../../../integrations/datasets/runLength.ts'

/** Masks and what pycocotools 2.0.11 made of them: `mask.encode(numpy.asfortranarray(rows))['counts']`. */
const published = [
  { rows: ['0000000', '0111110', '0100010', '0100010', '0111110', '0000000'], compressed: '742M0000000000035' },
  { rows: ['0000000', '0011110', '0010110', '0011110', '0000000'], compressed: ';32NO012004' },
  { rows: ['111', '111', '111', '111'], compressed: '0<' },
  { rows: ['000', '000', '000', '000'], compressed: '<' },
  {
    rows: ['101011110', '101010000', '100011001', '100100110', '011011000', '100001111'],
    compressed: '041M30M11O20N2ON0000021NO11OO01000',
  },
  // Runs of hundreds of pixels take two characters: columns 57 to 390 but for the pixel (200, 1).
  {
    rows: [0, 1, 2].map((y) =>
      Array.from({ length: 400 }, (_, x) => (x >= 57 && x < 391 && !(x === 200 && y === 1) ? 1 : 0)).join(''),
    ),
    compressed: '[5^=1]4j0',
  },
]

function maskOf(rows: readonly string[]) {
  return { mask: Uint8Array.from(rows.join(''), Number), width: rows[0]?.length ?? 0, height: rows.length }
}

test('counts go down the columns and begin with the zeros', () => {
  // 0 1    down the first column 0 1, down the second 1 1: one 0, then three 1.
  // 1 1
  expect(encodeRuns(Uint8Array.of(0, 1, 1, 1), 2, 2)).toEqual([1, 3])
  expect(encodeRuns(Uint8Array.of(1, 0, 0, 0), 2, 2)).toEqual([0, 1, 3])
  expect(decodeRuns([0, 1, 3], 2, 2)).toEqual(Uint8Array.of(1, 0, 0, 0))
})

test.each(published)('masks are compressed as the reference does: $compressed', ({ rows, compressed }) => {
  const { mask, width, height } = maskOf(rows)
  expect(compressRuns(encodeRuns(mask, width, height))).toBe(compressed)
  expect(decodeRuns(decompressRuns(compressed), width, height)).toEqual(mask)
})

test('counts that do not fill the mask are refused', () => {
  expect(() => decodeRuns([1, 2], 2, 2)).toThrow(/add up to 3 pixels, but a 2×2 mask has 4/)
  expect(() => decodeRuns([5, -1], 2, 2)).toThrow(RunLengthError)
  expect(() => decodeRuns([1.5, 2.5], 2, 2)).toThrow(RunLengthError)
})

test('characters outside the code and a count without end are refused', () => {
  expect(() => decompressRuns('7 2')).toThrow(RunLengthError)
  expect(() => decompressRuns('ooooooooo')).toThrow(RunLengthError)
  expect(() => decompressRuns('7o')).toThrow(/middle of a count/)
})
