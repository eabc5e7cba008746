import { describe, expect, test } from 'vitest'
import { interpolationMatrix, pieces } from '../../../../functions/gpu/interpreter/interpolationMatrix.ts'
import { sourceRange, wholeAxis } from '../../../../functions/gpu/interpreter/sampling.ts'
import { closeTo } from '../../../support/close.ts'
import { ndArray } from '../../../support/reference/ndArray.ts'
import { resizeBilinear } from '../../../support/reference/spatial.ts'

/** The columns of the matrix: what resizing makes of each unit vector. */
function resizedUnits(length: number, sourceLength: number): number[] {
  const columns = Array.from({ length: sourceLength }, (_, position) => {
    const unit = Array.from({ length: sourceLength }, (_, place) => (place === position ? 1 : 0))
    return resizeBilinear(ndArray([1, 1, 1, sourceLength], unit), 1, length).data
  })
  return Array.from({ length }, (_, row) => columns.map((column) => column[row] ?? Number.NaN)).flat()
}

describe.each([
  [8, 4],
  [12, 4],
  [13, 5],
  [6, 8],
  [5, 1],
])('enlarging to %i from %i', (length, sourceLength) => {
  const whole = { start: 0, end: length }
  const all = { start: 0, end: sourceLength }
  const axis = wholeAxis(length, sourceLength)

  test('is what bilinear resizing makes of every unit vector', () => {
    closeTo(interpolationMatrix(whole, all, axis), resizedUnits(length, sourceLength), 1e-6)
  })

  test('keeps constants: every row adds up to one', () => {
    const matrix = interpolationMatrix(whole, all, axis)
    const sums = pieces(matrix.length, sourceLength).map(({ start, end }) =>
      matrix.subarray(start, end).reduce((sum, value) => sum + value, 0),
    )
    closeTo(sums, new Array(length).fill(1), 1e-6)
  })

  test('needs, for some targets, the sources of its range alone', () => {
    const expected = resizedUnits(length, sourceLength)
    for (const target of pieces(length, 3)) {
      const source = sourceRange(target, axis)
      const matrix = interpolationMatrix(target, source, axis)
      const columns = source.end - source.start
      for (let row = target.start; row < target.end; row++)
        for (let column = 0; column < sourceLength; column++) {
          const inside = column >= source.start && column < source.end
          const found = inside ? matrix[(row - target.start) * columns + column - source.start] : 0
          expect(found).toBeCloseTo(expected[row * sourceLength + column] ?? Number.NaN, 6)
        }
    }
  })
})

test('pieces cover a length without gaps, none longer than allowed', () => {
  for (const [length, size] of [
    [10, 3],
    [12, 4],
    [5, 8],
    [1, 1],
  ] as const) {
    const found = pieces(length, size)
    expect(found.at(0)?.start).toBe(0)
    expect(found.at(-1)?.end).toBe(length)
    for (const [index, { start, end }] of found.entries()) {
      expect(end - start).toBeGreaterThan(0)
      expect(end - start).toBeLessThanOrEqual(size)
      expect(found[index + 1]?.start ?? length).toBe(end)
    }
  }
})
