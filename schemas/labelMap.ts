import { maximumParts } from './labels.ts'

/** A label map: one part id per pixel, `[height, width]` row by row from the top left. */
export type LabelMap = { readonly width: number; readonly height: number; readonly data: Uint8Array }

/** A label map that does not fit its own size, the size asked for, or the label list. */
export class LabelMapError extends Error {
  override readonly name = 'LabelMapError'
}

/** What a label map has to fit: `parts` is the length of the label list, the size is that of the other label maps. */
export type LabelMapExpectation = { readonly parts?: number; readonly width?: number; readonly height?: number }

/**
 * Checks a label map where it comes in, so that nothing after it has to.
 *
 * @throws LabelMapError when the data does not fill width × height, the size is not the expected one, or a pixel holds
 *   an id outside the label list; the message names the first such pixel.
 */
export function checkLabelMap(labelMap: LabelMap, expected: LabelMapExpectation = {}): void {
  const { width, height, data } = labelMap
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new LabelMapError(`A label map is at least 1×1 pixels; this one is ${width}×${height}.`)
  }
  if (data.length !== width * height) {
    throw new LabelMapError(
      `A ${width}×${height} label map holds ${width * height} ids; this one holds ${data.length}.`,
    )
  }
  const expectedWidth = expected.width ?? width
  const expectedHeight = expected.height ?? height
  if (width !== expectedWidth || height !== expectedHeight) {
    throw new LabelMapError(
      `The label map is ${width}×${height} pixels, but ${expectedWidth}×${expectedHeight} is needed. ` +
        'Export it at that size; a resized mask must use nearest neighbour.',
    )
  }
  const parts = expected.parts ?? maximumParts
  const outside = data.findIndex((id) => id >= parts)
  if (outside >= 0) {
    throw new LabelMapError(
      `The pixel at x ${outside % width}, y ${Math.floor(outside / width)} holds id ${data[outside]}, ` +
        `but the label list has ids 0 to ${parts - 1}. Add the part to the list or repaint the pixel.`,
    )
  }
}

/** Number of pixels of each part: `[256]`, indexed by part id. */
export function countPixels(labelMap: LabelMap): Uint32Array {
  const counts = new Uint32Array(maximumParts)
  for (const id of labelMap.data) counts[id] = (counts[id] ?? 0) + 1
  return counts
}

/** Ids of the parts that the label map shows, background included, ascending. */
export function partsPresent(labelMap: LabelMap): number[] {
  return [...countPixels(labelMap).entries()].filter(([, pixels]) => pixels > 0).map(([id]) => id)
}
