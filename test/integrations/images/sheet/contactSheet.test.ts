import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeRgb } from '../../../../integrations/images/index.ts'
import {
  createContactSheet,
  layoutSheet,
  type SheetPlan,
  textWidth,
} from '../../../../integrations/images/sheet/index.ts'
import type { RgbImage } from '../../../../schemas/rgbImage.ts'

const background = [0xf7, 0xf7, 0xf7]
const plain = (width: number, height: number, color: readonly [number, number, number]): RgbImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, index) => color[index % 3] ?? 0),
})
/** Every pixel another colour. */
const patterned = (side: number): RgbImage => ({
  width: side,
  height: side,
  data: Uint8Array.from({ length: side * side * 3 }, (_, index) => (index * 37 + (index >> 3)) % 256),
})
const pixel = ({ width, data }: RgbImage, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]
function cut(image: RgbImage, left: number, top: number, width: number, height: number): number[] {
  return Array.from({ length: height }, (_, row) => [
    ...image.data.subarray(((top + row) * image.width + left) * 3, ((top + row) * image.width + left + width) * 3),
  ]).flat()
}

async function sheetOf(plan: SheetPlan, images: readonly RgbImage[] = []): Promise<RgbImage> {
  const sheet = createContactSheet(plan)
  for (const [index, image] of images.entries())
    await sheet.place(Math.floor(index / plan.columns), index % plan.columns, image)
  return decodeRgb(await sheet.png())
}

describe('a contact sheet', () => {
  test('shows images of the tile’s size to the bit, each at its place, on a light background', async () => {
    const plan: SheetPlan = { rows: 2, columns: 2, tile: { width: 32, height: 32 } }
    const [red, blue] = [plain(32, 32, [200, 10, 20]), plain(32, 32, [5, 6, 250])]
    const sheet = await sheetOf(plan, [patterned(32), red, blue])
    const { width, height, place } = layoutSheet(plan)
    expect(sheet).toMatchObject({ width, height })
    const at = (row: number, column: number): number[] =>
      cut(sheet, place(row, column).left, place(row, column).top, 32, 32)
    expect(at(0, 0)).toEqual([...patterned(32).data])
    expect(at(0, 1)).toEqual([...red.data])
    expect(at(1, 0)).toEqual([...blue.data])
    expect(new Set(at(1, 1))).toEqual(new Set([0xf7]))
    expect(pixel(sheet, 0, 0)).toEqual(background)
    expect(pixel(sheet, width - 1, height - 1)).toEqual(background)
  })

  test('shrinks images with a filter that keeps their mean', async () => {
    const sheet = await sheetOf({ rows: 1, columns: 1, tile: { width: 16, height: 16 } }, [
      // A chessboard of single pixels: picking pixels would give one of the two colours.
      {
        width: 64,
        height: 64,
        data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => {
          const at = Math.floor(index / 3)
          return (at + Math.floor(at / 64)) % 2 === 0 ? 40 : 200
        }),
      },
    ])
    for (let y = 3; y < 13; y++) expect(Math.abs((pixel(sheet, 8 + 8, 8 + y)[0] ?? 0) - 120)).toBeLessThanOrEqual(6)
  })

  test('stretches them where a larger tile is asked for', async () => {
    const sheet = await sheetOf({ rows: 1, columns: 1, tile: { width: 64, height: 48 } }, [plain(8, 6, [10, 200, 90])])
    const { left, top } = layoutSheet({ rows: 1, columns: 1, tile: { width: 64, height: 48 } }).place(0, 0)
    expect(new Set(cut(sheet, left, top, 64, 48))).toEqual(new Set([10, 200, 90]))
  })

  test('is a PNG that another program reads', async () => {
    const sheet = createContactSheet({ rows: 1, columns: 2, tile: { width: 20, height: 10 }, captions: ['1', '2'] })
    const { format, width, height, channels } = await sharp(await sheet.png()).metadata()
    expect({ format, width, height, channels }).toEqual({
      format: 'png',
      width: sheet.width,
      height: sheet.height,
      channels: 3,
    })
  })

  test('has no other places than its own, and takes no image whose bytes do not fill it', async () => {
    const sheet = createContactSheet({ rows: 1, columns: 2, tile: { width: 8, height: 8 } })
    for (const [row, column] of [
      [1, 0],
      [0, 2],
      [-1, 0],
      [0, -1],
      [Number.NaN, 0],
    ] as const)
      await expect(sheet.place(row, column, plain(8, 8, [0, 0, 0]))).rejects.toThrow('1 rows and 2 columns')
    await expect(sheet.place(0, 0, { width: 8, height: 8, data: new Uint8Array(10) })).rejects.toThrow('192 bytes')
  })
})

describe.each([128, 1024])('captions below images of %d pixels', (side) => {
  const letters = async (text: string): Promise<{ readonly ink: number[][]; readonly height: number }> => {
    const plan: SheetPlan = { rows: 1, columns: 1, tile: { width: side, height: side }, captions: [text] }
    const sheet = await sheetOf(plan)
    const { texts, letterHeight } = layoutSheet(plan)
    const [place] = texts
    if (place === undefined) throw new TypeError('the sheet has no caption')
    const width = textWidth(text, letterHeight)
    const ink = Array.from({ length: letterHeight }, (_, row) =>
      Array.from({ length: width }, (_, column) => 0xf7 - (pixel(sheet, place.left + column, place.top + row)[0] ?? 0)),
    )
    return { ink, height: letterHeight }
  }

  test('fill the height of a line with dark strokes, and nothing around it', async () => {
    for (const digit of '0123456789') {
      const { ink } = await letters(digit)
      const darkest = (row: readonly number[] | undefined): number => Math.max(...(row ?? []))
      expect(darkest(ink[0]), digit).toBeGreaterThan(30)
      expect(darkest(ink.at(-1)), digit).toBeGreaterThan(30)
      // The text’s colour differs enough from the background: 4.5 to 1 asks for less than 118 of 255.
      expect(Math.max(...ink.map(darkest)), digit).toBeGreaterThan(0xf7 - 118)
    }
  })

  test('differ between any two digits in a twentieth of their pixels', async () => {
    const digits = await Promise.all([...'0123456789'].map(letters))
    for (const [index, { ink, height }] of digits.entries())
      for (const other of digits.slice(index + 1)) {
        const different = ink.flatMap((row, y) =>
          row.filter((value, x) => Math.abs(value - (other.ink[y]?.[x] ?? 0)) > 60),
        )
        expect(different.length).toBeGreaterThan(0.05 * height * (ink[0]?.length ?? 0))
      }
  })

  test('stand where their characters stand alone', async () => {
    const [one, two, both] = await Promise.all(['4', '7', '47'].map(letters))
    const width = one?.ink[0]?.length ?? 0
    expect(both?.ink.map((row) => row.slice(0, width))).toEqual(one?.ink)
    expect(both?.ink.map((row) => row.slice(-width))).toEqual(two?.ink)
  })

  test('leave the rest of the sheet as it is', async () => {
    const plan: SheetPlan = { rows: 1, columns: 1, tile: { width: side, height: side } }
    const captioned = await sheetOf({ ...plan, captions: ['8'] }, [plain(side, side, [1, 2, 3])])
    const { place } = layoutSheet(plan)
    const { left, top } = place(0, 0)
    expect(new Set(cut(captioned, left, top, side, side))).toEqual(new Set([1, 2, 3]))
  })
})
