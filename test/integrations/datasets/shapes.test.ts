import { describe, expect, test } from 'vitest'
import { fillCircle, fillPolygon } from '../../../integrations/datasets/shapes.ts'

const rowsOf = (mask: Uint8Array, width: number) =>
  Array.from({ length: mask.length / width }, (_, y) => mask.subarray(y * width, (y + 1) * width).join(''))
const area = (mask: Uint8Array) => mask.reduce((sum, value) => sum + value, 0)

describe('a polygon', () => {
  test('on pixel edges covers exactly the pixels inside', () => {
    expect(rowsOf(fillPolygon([1, 1, 4, 1, 4, 3, 1, 3], 5, 4), 5)).toEqual(['00000', '01110', '01110', '00000'])
  })

  test('covers a pixel when it covers its centre', () => {
    expect(area(fillPolygon([0.49, 0.49, 2.51, 0.49, 2.51, 1.51, 0.49, 1.51], 4, 4))).toBe(6)
    expect(area(fillPolygon([0.51, 0.51, 2.49, 0.51, 2.49, 1.49, 0.51, 1.49], 4, 4))).toBe(0)
  })

  test('along the diagonal of an n×n square covers n(n + 1)/2 or n(n − 1)/2 pixels', () => {
    const n = 9
    const below = area(fillPolygon([0, 0, n, n, 0, n], n, n))
    const above = area(fillPolygon([0, 0, n, 0, n, n], n, n))
    expect([below, above].sort((a, b) => a - b)).toEqual([(n * (n - 1)) / 2, (n * (n + 1)) / 2])
  })

  test('shares its edges with its neighbour without overlap or gap', () => {
    const [x, y] = [3.37, 4.61]
    const corners = [0, 0, 8, 0, 8, 8, 0, 8]
    const total = new Uint8Array(64)
    for (let side = 0; side < 4; side += 1) {
      const [from, to] = [side * 2, ((side + 1) % 4) * 2]
      const triangle = [x, y, ...corners.slice(from, from + 2), ...corners.slice(to, to + 2)]
      for (const [pixel, value] of fillPolygon(triangle, 8, 8).entries()) total[pixel] = (total[pixel] ?? 0) + value
    }
    expect(total).toEqual(new Uint8Array(64).fill(1))
  })

  test('that crosses itself is filled by the even-odd rule', () => {
    // Twice around the outer square and once, in a bow, around the inner: the inner square is covered twice, so not.
    const frame = [0, 0, 6, 0, 6, 6, 0, 6, 0, 0, 2, 2, 4, 2, 4, 4, 2, 4, 2, 2]
    expect(area(fillPolygon(frame, 6, 6))).toBe(36 - 4)
  })

  test('is cut off at the border of the image', () => {
    expect(area(fillPolygon([-5, -5, 2, -5, 2, 90, -5, 90], 4, 3))).toBe(6)
    expect(area(fillPolygon([10, 10, 20, 10, 20, 20], 4, 3))).toBe(0)
  })

  test('does not depend on its direction', () => {
    const points = [1.2, 0.3, 7.7, 2.1, 5.5, 6.9, 2.2, 5.1]
    const reversed = [2.2, 5.1, 5.5, 6.9, 7.7, 2.1, 1.2, 0.3]
    expect(fillPolygon(points, 8, 8)).toEqual(fillPolygon(reversed, 8, 8))
  })
})

describe('a circle', () => {
  test('covers the centres not farther away than its radius', () => {
    expect(rowsOf(fillCircle([2.5, 2.5], 2, 5, 5), 5)).toEqual(['00100', '01110', '11111', '01110', '00100'])
  })

  test('covers about πr² pixels', () => {
    // Gauss's circle problem: the error is at most 2√2·π·r.
    const radius = 40
    expect(Math.abs(area(fillCircle([50, 50], radius, 100, 100)) - Math.PI * radius ** 2)).toBeLessThan(
      2 * Math.SQRT2 * Math.PI * radius,
    )
  })

  test('is cut off at the border of the image', () => {
    expect(area(fillCircle([0, 0], 100, 4, 3))).toBe(12)
    expect(area(fillCircle([-50, -50], 5, 4, 3))).toBe(0)
  })
})
