import { describe, expect, test } from 'vitest'
import { maximumPixels } from '../../../../integrations/images/index.ts'
import {
  CaptionError,
  layoutSheet,
  type SheetPlan,
  SheetSizeError,
  textWidth,
  tileSize,
} from '../../../../integrations/images/sheet/index.ts'

const square = (side: number) => ({ width: side, height: side })

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Everything on a sheet, tiles first. */
function boxesOf(plan: SheetPlan): readonly Box[] {
  const layout = layoutSheet(plan)
  const box = ({ left, top }: { left: number; top: number }, width: number, height: number): Box => ({
    left,
    top,
    right: left + width,
    bottom: top + height,
  })
  const cells = Array.from({ length: plan.rows * plan.columns }, (_, index) => index)
    .filter((index) => index > 0 || plan.corner === undefined)
    .map((index) => layout.place(Math.floor(index / plan.columns), index % plan.columns))
  return [
    ...cells.map((place) => box(place, plan.tile.width, plan.tile.height)),
    ...layout.texts.map((text) => box(text, textWidth(text.text, layout.letterHeight), layout.letterHeight)),
  ]
}

const apart = (a: Box, b: Box): boolean =>
  a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top

describe('a plain sheet', () => {
  // Gap round(128/16) = 8, margin 16, letters round(4 + 128/20) = 10, 7 between a text and its image.
  const plan: SheetPlan = {
    rows: 2,
    columns: 3,
    tile: square(128),
    captions: ['0', '1', '2', '3', '4'],
    title: 'ψ 0.7',
  }
  const layout = layoutSheet(plan)

  test('has a margin, a title, and rows of images with a caption below each', () => {
    expect(layout.letterHeight).toBe(10)
    // Margin, letters, twice 7.
    const top = 16 + 10 + 7 + 7
    // Image, 7, letters, and 7 + 10/2 to the next row.
    const step = 128 + 7 + 10 + 12
    expect(layout.place(0, 0)).toEqual({ left: 16, top })
    expect(layout.place(0, 2)).toEqual({ left: 16 + 2 * (128 + 8), top })
    expect(layout.place(1, 1)).toEqual({ left: 16 + 128 + 8, top: top + step })
    expect(layout).toMatchObject({ width: 16 + 3 * 128 + 2 * 8 + 16, height: top + step + 128 + 7 + 10 + 16 })
  })

  test('centres each caption below its image', () => {
    const captions = layout.texts.filter(({ kind }) => kind === 'caption')
    expect(captions.map(({ text }) => text)).toEqual(plan.captions)
    for (const [index, { text, left, top }] of captions.entries()) {
      const image = layout.place(Math.floor(index / 3), index % 3)
      expect(top).toBe(image.top + 128 + 7)
      expect(Math.abs(left + textWidth(text, 10) / 2 - (image.left + 64))).toBeLessThanOrEqual(1)
    }
  })

  test('begins its title where the images begin', () => {
    expect(layout.texts.filter(({ kind }) => kind === 'title')).toEqual([
      { text: 'ψ 0.7', kind: 'title', left: 16, top: 16 },
    ])
  })
})

test('an image alone has nothing but a margin', () => {
  const layout = layoutSheet({ rows: 1, columns: 1, tile: { width: 512, height: 384 } })
  expect(layout).toMatchObject({ width: 512 + 2 * 64, height: 384 + 2 * 64, texts: [] })
  expect(layout.place(0, 0)).toEqual({ left: 64, top: 64 })
})

test('heads stand above the columns and to the left of the rows', () => {
  const heads = { rowHeads: ['7', '4294967295'], columnHeads: ['ψ 0', 'ψ 1'] }
  const layout = layoutSheet({ rows: 2, columns: 2, tile: square(128), ...heads })
  const wide = textWidth('4294967295', 10)
  expect(layout.place(0, 0)).toEqual({ left: 16 + wide + 7, top: 16 + 10 + 7 })
  const [first, , short, long] = layout.texts
  expect(first).toMatchObject({ text: 'ψ 0', top: 16 })
  expect(short).toMatchObject({ text: '7', left: 16 + wide - textWidth('7', 10), top: 33 + 59 })
  expect(long).toMatchObject({ text: '4294967295', left: 16, top: 33 + 128 + 8 + 59 })
})

test('what is mixed is parted from the mixtures by twice the gap', () => {
  const plan = { rows: 3, columns: 3, tile: square(128), corner: 'ψ 0.7' }
  const { place } = layoutSheet(plan)
  const steps = [0, 1, 2].map((index) => place(index, index)).map(({ left }) => left)
  expect(steps).toEqual([16, 16 + 128 + 16, 16 + 128 + 16 + 128 + 8])
})

describe.each([8, 16, 33, 128, 256, 1024])('with images of %d pixels', (side) => {
  const long = Array.from({ length: 12 }, (_, index) => String(4294967290 + index))
  const plans: readonly (readonly [string, SheetPlan])[] = [
    ['captions', { rows: 3, columns: 4, tile: square(side), captions: long, title: 'ψ 0.123456789' }],
    ['heads', { rows: 3, columns: 4, tile: square(side), rowHeads: long.slice(0, 3), columnHeads: long.slice(0, 4) }],
    [
      'sources',
      {
        rows: 3,
        columns: 4,
        tile: square(side),
        rowHeads: ['', ...long.slice(0, 2)],
        columnHeads: ['', ...long.slice(0, 3)],
        corner: 'ψ 1.25',
      },
    ],
    ['flat images', { rows: 3, columns: 4, tile: { width: side, height: Math.ceil(side / 2) }, captions: long }],
  ]
  test.each(plans)('nothing overlaps or leaves the sheet: %s', (_, plan) => {
    const { width, height } = layoutSheet(plan)
    const boxes = boxesOf(plan)
    for (const [index, box] of boxes.entries()) {
      expect(box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height).toBe(true)
      for (const other of boxes.slice(index + 1)) expect(apart(box, other), JSON.stringify([box, other])).toBe(true)
    }
  })

  test('letters grow with the images, and stay large enough to be read', () => {
    const { letterHeight } = layoutSheet({ rows: 1, columns: 1, tile: square(side) })
    expect(letterHeight).toBe({ 8: 8, 16: 8, 33: 8, 128: 10, 256: 17, 1024: 55 }[side])
  })
})

test('a sheet has a bound on its pixels', () => {
  const sheet = (side: number) => layoutSheet({ rows: 1, columns: 1, tile: square(side) })
  // Margins of twice round(6552/16) = 410 on either side: 6552 + 4 · 410 = 8192.
  const largest = sheet(6552)
  expect(largest.width * largest.height).toBe(maximumPixels)
  expect(() => sheet(6560)).toThrow(SheetSizeError)
  expect(() => sheet(6560)).toThrow('1 rows and 1 columns of 6560×6560 pixels would have 8200×8200 pixels')
})

test('texts are made of digits and few other characters', () => {
  const plan = { rows: 1, columns: 1, tile: square(64), captions: ['seed 7'] }
  expect(() => layoutSheet(plan)).toThrow(CaptionError)
  expect(() => layoutSheet(plan)).toThrow('captions have no "s"')
  expect(() => textWidth('toString', 10)).toThrow(CaptionError)
})

test('tiles keep the form of the image', () => {
  expect(tileSize(square(1024), 128)).toEqual(square(128))
  expect(tileSize({ width: 512, height: 384 }, 128)).toEqual({ width: 128, height: 96 })
  expect(tileSize({ width: 256, height: 1024 }, 64)).toEqual({ width: 16, height: 64 })
  expect(tileSize({ width: 1000, height: 3 }, 10)).toEqual({ width: 10, height: 1 })
})
