import { describe, expect, test } from 'vitest'
import { narrowFloat16, widenFloat16 } from '../../../../functions/gpu/onnx/float16.ts'

/** Bits of all finite numbers of one sign, in order of their size. */
const finite = Uint16Array.from({ length: 0x7c00 }, (_, index) => index)
const narrowed = (...values: number[]): number[] => [...narrowFloat16(Float32Array.from(values))]

test('every finite binary16 is itself again', () => {
  const negative = finite.map((bits) => bits | 0x8000)
  expect(narrowFloat16(widenFloat16(finite))).toEqual(finite)
  expect(narrowFloat16(widenFloat16(negative))).toEqual(negative)
})

describe('between two neighbours', () => {
  const values = widenFloat16(finite)
  const next = (index: number): number => values[index + 1] ?? 65536
  const below = (value: number): number => value - value * 2 ** -24
  const above = (value: number): number => value + value * 2 ** -22
  const middles = Array.from(values, (value, index) => (value + next(index)) / 2)

  test('the middle goes to the one with an even last bit', () => {
    expect(narrowed(...middles)).toEqual(Array.from(finite, (bits) => bits + (bits & 1)))
  })

  test('what is nearer to one goes there', () => {
    expect(narrowed(...middles.map(below))).toEqual([...finite])
    expect(narrowed(...middles.map(above))).toEqual(Array.from(finite, (bits) => bits + 1))
  })
})

// IEEE 754-2008, table 3.5: the largest number, infinity, and the smallest of both kinds.
test.each([
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [1e30, 0x7c00],
  [Number.POSITIVE_INFINITY, 0x7c00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [1, 0x3c00],
  [-2, 0xc000],
  [1 / 3, 0x3555],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [1e-40, 0x0000],
  [-0, 0x8000],
])('%d', (value, bits) => expect(narrowed(value)).toEqual([bits]))

test('NaN stays NaN', () => {
  expect(widenFloat16(narrowFloat16(Float32Array.of(Number.NaN)))).toEqual(Float32Array.of(Number.NaN))
})

test('views into a longer array are read where they lie', () => {
  expect([...narrowFloat16(Float32Array.of(1, 2, 3, 4).subarray(1, 3))]).toEqual([0x4000, 0x4200])
})
