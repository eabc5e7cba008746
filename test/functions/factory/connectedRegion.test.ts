import { describe, expect, test } from 'vitest'
import { connectedRegion } from '../../../functions/factory/connectedRegion.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import { seededRandom } from '../../integrations/label-studio/format/labelMaps.ts'
import { drawn, rowsOf } from './drawnLabelMaps.ts'

const regionOf = (labelMap: LabelMap, column: number, row: number) => {
  const data = new Uint8Array(labelMap.data.length)
  for (const pixel of connectedRegion(labelMap, row * labelMap.width + column)) data[pixel] = 1
  return rowsOf({ ...labelMap, data })
}

/** Grows by whole passes over the image until nothing is added: slow, and without a queue to go wrong. */
function grown({ width, height, data }: LabelMap, start: number): number[] {
  const inside = new Set([start])
  for (let before = 0; before < inside.size; ) {
    before = inside.size
    for (let pixel = 0; pixel < data.length; pixel += 1) {
      const [column, row] = [pixel % width, Math.floor(pixel / width)]
      const beside = [
        ...(column > 0 ? [pixel - 1] : []),
        ...(column + 1 < width ? [pixel + 1] : []),
        ...(row > 0 ? [pixel - width] : []),
        ...(row + 1 < height ? [pixel + width] : []),
      ]
      if (data[pixel] === data[start] && beside.some((other) => inside.has(other))) inside.add(pixel)
    }
  }
  return [...inside].sort((first, second) => first - second)
}

describe('a connected region', () => {
  test('reaches over edges, not over corners', () => {
    expect(regionOf(drawn('11.', '.1.', '..1'), 0, 0)).toEqual(['11.', '.1.', '...'])
  })

  test('does not reach from the end of one row to the start of the next', () => {
    expect(regionOf(drawn('..1', '1..', '..1'), 2, 0)).toEqual(['..1', '...', '...'])
  })

  test('may be a spiral, or lie around holes', () => {
    const spiral = drawn('11111', '....1', '111.1', '1...1', '11111')
    expect(regionOf(spiral, 0, 0)).toEqual(rowsOf(spiral))
    expect(regionOf(drawn('2222', '2332', '2222'), 3, 2)).toEqual(['1111', '1..1', '1111'])
  })

  test('may be of the background', () => {
    expect(regionOf(drawn('..1.', '..1.'), 3, 1)).toEqual(['...1', '...1'])
  })

  test.each([-1, 6, 0.5, Number.NaN])('has no pixels around pixel %s of six', (start) => {
    expect([...connectedRegion(drawn('111', '111'), start)]).toEqual([])
  })

  test('holds each pixel once, and those that a slow search finds', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const random = seededRandom(seed)
      const [width, height] = [1 + Math.floor(random() * 14), 1 + Math.floor(random() * 14)]
      const parts = 2 + Math.floor(random() * 2)
      const data = Uint8Array.from({ length: width * height }, () => Math.floor(random() * parts))
      const start = Math.floor(random() * data.length)
      const labelMap = { width, height, data }
      const region = [...connectedRegion(labelMap, start)].sort((first, second) => first - second)
      expect(region).toEqual(grown(labelMap, start))
    }
  })

  test('of a whole large image is found', () => {
    const [width, height] = [1024, 768]
    const labelMap = { width, height, data: new Uint8Array(width * height).fill(7) }
    expect(connectedRegion(labelMap, 400_000).length).toBe(width * height)
  })
})
