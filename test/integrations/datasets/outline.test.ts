import { describe, expect, test } from 'vitest'
import { measureParts, traceOutlines } from '../../../integrations/datasets/outline.ts'
import { fillPolygon } from '../../../integrations/datasets/shapes.ts'

function labelMapOf(...rows: string[]) {
  return { width: rows[0]?.length ?? 0, height: rows.length, data: Uint8Array.from(rows.join(''), Number) }
}

type LabelMap = ReturnType<typeof labelMapOf>

function ringsOf(labelMap: LabelMap, part: number) {
  const extent = measureParts(labelMap).get(part)
  return extent === undefined ? [] : traceOutlines(labelMap, part, extent.box)
}

/** Rings filled one by one and added by exclusive or: what lies in an odd number of rings. */
function fill(labelMap: LabelMap, rings: ReturnType<typeof ringsOf>): Uint8Array {
  const mask = new Uint8Array(labelMap.data.length)
  for (const { points } of rings) {
    const filled = fillPolygon(points, labelMap.width, labelMap.height)
    for (const [pixel, value] of filled.entries()) mask[pixel] = (mask[pixel] ?? 0) ^ value
  }
  return mask
}

test('a part is measured to the pixel', () => {
  const extents = measureParts(labelMapOf('0000', '0120', '0220', '0000'))
  expect(extents.get(1)).toEqual({ area: 1, box: { left: 1, top: 1, width: 1, height: 1 } })
  expect(extents.get(2)).toEqual({ area: 3, box: { left: 1, top: 1, width: 2, height: 2 } })
  expect([...extents.keys()]).toEqual([0, 1, 2])
})

describe('an outline', () => {
  test('of a box has its four corners, clockwise', () => {
    const [ring, ...others] = ringsOf(labelMapOf('0000', '0110', '0110'), 1)
    expect(others).toEqual([])
    expect(ring).toEqual({ points: [3, 1, 3, 3, 1, 3, 1, 1], hole: false })
  })

  test('of a box with a hole has a second ring, marked as a hole', () => {
    const rings = ringsOf(labelMapOf('111', '101', '111'), 1)
    expect(rings.map(({ hole }) => hole)).toEqual([false, true])
    expect(new Set(rings[1]?.points)).toEqual(new Set([1, 2]))
  })

  test('of pixels that touch at a corner are two', () => {
    expect(ringsOf(labelMapOf('10', '01'), 1).map(({ hole }) => hole)).toEqual([false, false])
  })

  test('passes a gap that opens at a corner without making it a hole', () => {
    const labelMap = labelMapOf('1110', '1010', '1101', '1111')
    const rings = ringsOf(labelMap, 1)
    expect(fill(labelMap, rings)).toEqual(labelMap.data)
  })

  test('follows a part to the border of the image', () => {
    expect(ringsOf(labelMapOf('11', '11'), 1)).toEqual([{ points: [2, 0, 2, 2, 0, 2, 0, 0], hole: false }])
  })

  test('of an island in a lake is a ring of its own', () => {
    const labelMap = labelMapOf('11111', '10001', '10101', '10001', '11111')
    expect(ringsOf(labelMap, 1).filter(({ hole }) => !hole).length).toBe(2)
    expect(fill(labelMap, ringsOf(labelMap, 1))).toEqual(labelMap.data)
  })
})

test('filling the outlines gives every label map of 4×4 pixels back', () => {
  for (let bits = 0; bits < 2 ** 16; bits += 1) {
    const labelMap = { width: 4, height: 4, data: Uint8Array.from({ length: 16 }, (_, pixel) => (bits >> pixel) & 1) }
    const rings = ringsOf(labelMap, 1)
    if (Buffer.compare(fill(labelMap, rings), labelMap.data) !== 0) throw new Error(`lost: ${bits.toString(2)}`)
    // Without holes the rings do not overlap, so that a reader may join them instead.
    if (rings.some(({ hole }) => hole)) continue
    const pixels = rings.map(({ points }) => fillPolygon(points, 4, 4).reduce((sum, value) => sum + value, 0))
    expect(pixels.reduce((sum, count) => sum + count, 0)).toBe(labelMap.data.reduce((sum, value) => sum + value, 0))
  }
})
