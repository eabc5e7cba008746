import { describe, expect, test } from 'vitest'
import { fillPolygon } from '../../../../integrations/datasets/shapes.ts'
import {
  decodePolygon,
  encodePolygons,
  MaskError,
  type PolygonPoint,
} from '../../../../integrations/label-studio/format/index.ts'
import type { LabelMap } from '../../../../schemas/labelMap.ts'
import { labelMapOf, noise, seededRandom, shapes } from './labelMaps.ts'

const rows = (mask: Uint8Array, width: number) =>
  Array.from({ length: mask.length / width }, (_, row) => mask.subarray(row * width, (row + 1) * width).join(''))

/** Draws polygons as the screen shows them: earlier ones on top. */
function draw(polygons: ReturnType<typeof encodePolygons>, { width, height }: LabelMap): LabelMap {
  const data = new Uint8Array(width * height)
  for (const { part, points } of polygons.toReversed()) {
    for (const [pixel, inside] of decodePolygon(points, width, height).entries()) if (inside === 1) data[pixel] = part
  }
  return { width, height, data }
}

const allBut = (...without: number[]) =>
  new Set(Array.from({ length: 256 }, (_, part) => part).filter((part) => !without.includes(part)))

describe('a polygon', () => {
  test('covers the pixels whose centres it surrounds', () => {
    const square: PolygonPoint[] = [
      [25, 25],
      [75, 25],
      [75, 75],
      [25, 75],
    ]
    expect(rows(decodePolygon(square, 4, 4), 4)).toEqual(['0000', '0110', '0110', '0000'])
    expect(rows(decodePolygon(square.toReversed(), 4, 4), 4)).toEqual(['0000', '0110', '0110', '0000'])
    // Of eight columns, its edges pass a little left of the centre of column 1 and a little right of that of column 5.
    const slim: PolygonPoint[] = [
      [18, 0],
      [69, 0],
      [69, 100],
      [18, 100],
    ]
    expect(rows(decodePolygon(slim, 8, 1), 8)).toEqual(['01111100'])
  })

  test('that crosses itself is filled by the nonzero rule, as on a canvas', () => {
    const star = Array.from({ length: 5 }, (_, corner): PolygonPoint => {
      const angle = (corner * 4 * Math.PI) / 5 - Math.PI / 2
      return [50 + 48 * Math.cos(angle), 50 + 48 * Math.sin(angle)]
    })
    expect(decodePolygon(star, 9, 9)[4 * 9 + 4]).toBe(1)
  })

  test('without crossings is filled as the other implementation in this project fills it', () => {
    const random = seededRandom(2)
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const [width, height] = [5 + Math.floor(random() * 40), 5 + Math.floor(random() * 40)]
      const corners = 3 + Math.floor(random() * 12)
      const points = Array.from({ length: corners }, (_, corner): PolygonPoint => {
        const [angle, radius] = [(corner * 2 * Math.PI) / corners, 10 + random() * 60]
        return [50 + radius * Math.cos(angle), 50 + radius * Math.sin(angle)]
      })
      const pixels = points.flatMap(([x, y]) => [(x / 100) * width, (y / 100) * height])
      expect(decodePolygon(points, width, height)).toEqual(fillPolygon(pixels, width, height))
    }
  })

  test('may lie outside the image in part or as a whole', () => {
    const wide: PolygonPoint[] = [
      [-500, -500],
      [900, -500],
      [900, 900],
      [-500, 900],
    ]
    expect(decodePolygon(wide, 3, 2)).toEqual(new Uint8Array(6).fill(1))
    expect(
      decodePolygon(
        wide.map(([x, y]) => [x + 2000, y]),
        3,
        2,
      ),
    ).toEqual(new Uint8Array(6))
  })

  test('of endless edges is refused', () => {
    const zigzag = Array.from({ length: 70_000 }, (_, corner): PolygonPoint => [50, corner % 2 === 0 ? 0 : 100])
    expect(() => decodePolygon(zigzag, 16, 1024)).toThrow(MaskError)
  })
})

describe('polygons of a label map', () => {
  test('cover the holes that other parts fill, which stand before them', () => {
    const labelMap = labelMapOf('11111', '12221', '12321', '12221', '11111')
    const polygons = encodePolygons(labelMap, allBut(0))
    expect(polygons.map(({ part }) => part)).toEqual([3, 2, 1])
    expect(polygons.map(({ points }) => points.length)).toEqual([4, 4, 4])
    expect(draw(polygons, labelMap)).toEqual(labelMap)
  })

  test('leave holes free that show the background, with one polygon that walks in and out', () => {
    const labelMap = labelMapOf('1111', '1001', '1001', '1111')
    const polygons = encodePolygons(labelMap, allBut(0))
    expect(polygons.length).toBe(1)
    expect(draw(polygons, labelMap)).toEqual(labelMap)
    // The other fill rule sees the same pixels.
    const pixels = polygons.flatMap(({ points }) => points.flatMap(([x, y]) => [x / 25, y / 25]))
    expect(fillPolygon(pixels, 4, 4)).toEqual(labelMap.data)
  })

  test('leave holes free that show the background somewhere inside other parts', () => {
    const labelMap = labelMapOf('111111', '122221', '120021', '120021', '122221', '111111')
    expect(draw(encodePolygons(labelMap, allBut(0)), labelMap)).toEqual(labelMap)
  })

  test('show islands in lakes on islands', () => {
    const labelMap = labelMapOf('1111111', '1000001', '1011101', '1010101', '1011101', '1000001', '1111111')
    expect(draw(encodePolygons(labelMap, allBut(0)), labelMap)).toEqual(labelMap)
  })

  test('leave parts out that are not listed, and draw the background where it is', () => {
    const labelMap = labelMapOf('1112', '1312', '1112', '0002')
    const without3 = labelMapOf('1112', '1012', '1112', '0002')
    expect(draw(encodePolygons(labelMap, allBut(0, 3)), labelMap)).toEqual(without3)
    const withBackground = encodePolygons(labelMap, allBut())
    expect(withBackground.map(({ part }) => part)).toContain(0)
    expect(draw(withBackground, labelMap)).toEqual(labelMap)
  })

  test('stay inside the image, as the server wants it: 0 to 100', () => {
    for (const { points } of encodePolygons(noise(1, 37, 23, 3), allBut(0))) {
      for (const value of points.flat()) expect(value >= 0 && value <= 100).toBe(true)
    }
  })

  test('of nothing are none', () => {
    expect(encodePolygons(labelMapOf('000', '000'), allBut(0))).toEqual([])
  })

  test('give every map of 4×4 pixels with one part back', () => {
    for (let bits = 0; bits < 2 ** 16; bits += 1) {
      const data = Uint8Array.from({ length: 16 }, (_, pixel) => (bits >> pixel) & 1)
      const labelMap = { width: 4, height: 4, data }
      const drawn = draw(encodePolygons(labelMap, allBut(0)), labelMap)
      if (Buffer.compare(drawn.data, data) !== 0) throw new Error(`lost: ${bits.toString(2)}`)
    }
  })

  test.each([
    ['background free', allBut(0)],
    ['background painted', allBut()],
    ['one more part left out', allBut(0, 2)],
  ])('give random label maps back, %s', (_, listed) => {
    for (let seed = 0; seed < 150; seed += 1) {
      const [width, height] = [3 + ((seed * 5) % 41), 3 + ((seed * 11) % 37)]
      const labelMap =
        seed % 3 === 0 ? noise(seed, width, height, 2 + (seed % 4)) : shapes(seed, width, height, 2 + (seed % 5), 25)
      const shown = { ...labelMap, data: labelMap.data.map((part) => (listed.has(part) ? part : 0)) }
      expect(draw(encodePolygons(labelMap, listed), labelMap)).toEqual(shown)
    }
  })
})
