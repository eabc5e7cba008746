import type { ImageSize } from '../../../schemas/project.ts'
import { maximumPixels } from '../errors.ts'
import { textWidth } from './lettering.ts'

/** What a sheet shows: images of one size in rows and columns, with short texts of digits, `.`, `-` and ψ. */
export interface SheetPlan {
  readonly rows: number
  readonly columns: number
  /** Size of every image on the sheet. */
  readonly tile: ImageSize
  /** Above all, on the left. */
  readonly title?: string
  /** Above each column. */
  readonly columnHeads?: readonly string[]
  /** To the left of each row. */
  readonly rowHeads?: readonly string[]
  /** Below the images, row by row. */
  readonly captions?: readonly string[]
  /** First row and first column hold what the others are made of: a wider gap parts them, and this stands where they meet. */
  readonly corner?: string
}

export interface SheetText {
  readonly text: string
  readonly kind: 'title' | 'head' | 'caption'
  readonly left: number
  readonly top: number
}

/** Where everything on a sheet lies, in pixels from its top left corner. */
export interface SheetLayout extends ImageSize {
  readonly tile: ImageSize
  /** Height of a digit. */
  readonly letterHeight: number
  readonly texts: readonly SheetText[]
  /** The top left corner of an image. */
  place(row: number, column: number): { readonly left: number; readonly top: number }
}

/** A sheet would be too large to be held in memory and looked at. */
export class SheetSizeError extends Error {
  override readonly name = 'SheetSizeError'
}

/** @param longer the tile's longer side in pixels */
export function tileSize({ width, height }: ImageSize, longer: number): ImageSize {
  const scale = longer / Math.max(width, height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/**
 * With tiles of longer side t: letters are round(4 + t/20) high and at least 8, tiles are max(4, round(t/16)) apart, and
 * the margin is twice that. A column is as wide as its tiles or the widest text in it.
 * @throws SheetSizeError where the sheet has more than {@link maximumPixels} pixels
 * @throws CaptionError where a text holds other characters
 */
export function layoutSheet(plan: SheetPlan): SheetLayout {
  const { rows, columns, tile, title, columnHeads = [], rowHeads = [], captions = [], corner } = plan
  const longer = Math.max(tile.width, tile.height)
  const letterHeight = Math.max(8, Math.round(4 + longer / 20))
  const gap = Math.max(4, Math.round(longer / 16))
  const margin = 2 * gap
  /** Between a text and what it belongs to. */
  const near = Math.round(letterHeight * 0.7)
  const line = letterHeight + near
  const measure = (text: string): number => textWidth(text, letterHeight)
  const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, measure(text)), 0)

  const columnWidth = Math.max(
    tile.width,
    widest([...captions, ...columnHeads, ...(corner === undefined ? [] : [corner])]),
  )
  const rowHeight = tile.height + (captions.length > 0 ? line : 0)
  const rowGap = captions.length > 0 ? Math.max(gap, near + Math.round(letterHeight / 2)) : gap
  const parting = corner === undefined ? 0 : gap
  const left = margin + (rowHeads.length > 0 ? widest(rowHeads) + near : 0)
  const top = margin + (title === undefined ? 0 : line + near) + (columnHeads.length > 0 ? line : 0)
  const columnLeft = (column: number): number => left + column * (columnWidth + gap) + (column > 0 ? parting : 0)
  const rowTop = (row: number): number => top + row * (rowHeight + rowGap) + (row > 0 ? parting : 0)
  const width = Math.max(columnLeft(columns - 1) + columnWidth, left + measure(title ?? '')) + margin
  const height = rowTop(rows - 1) + rowHeight + margin
  if (width * height > maximumPixels)
    throw new SheetSizeError(
      `a sheet of ${rows} rows and ${columns} columns of ${tile.width}×${tile.height} pixels would have ` +
        `${width}×${height} pixels, more than ${maximumPixels} (8192×8192)`,
    )

  const centred = (text: string, column: number): number =>
    columnLeft(column) + Math.floor((columnWidth - measure(text)) / 2)
  const beside = (row: number): number => rowTop(row) + Math.floor((tile.height - letterHeight) / 2)
  const texts: SheetText[] = [
    ...(title === undefined ? [] : [{ text: title, kind: 'title', left, top: margin } as const]),
    ...columnHeads.map((text, column) => ({
      text,
      kind: 'head' as const,
      left: centred(text, column),
      top: top - line,
    })),
    ...rowHeads.map((text, row) => ({
      text,
      kind: 'head' as const,
      left: left - near - measure(text),
      top: beside(row),
    })),
    ...captions.map((text, index) => ({
      text,
      kind: 'caption' as const,
      left: centred(text, index % columns),
      top: rowTop(Math.floor(index / columns)) + tile.height + near,
    })),
    ...(corner === undefined
      ? []
      : [{ text: corner, kind: 'title', left: centred(corner, 0), top: beside(0) } as const]),
  ]
  return {
    width,
    height,
    tile,
    letterHeight,
    texts: texts.filter(({ text }) => text !== ''),
    place: (row, column) => ({
      left: columnLeft(column) + Math.floor((columnWidth - tile.width) / 2),
      top: rowTop(row),
    }),
  }
}
