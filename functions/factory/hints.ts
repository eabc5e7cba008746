import type { Hint, PointHint, RectangleHint } from '../../schemas/hint.ts'
import { type LabelMap, partsPresent } from '../../schemas/labelMap.ts'
import { maximumParts } from '../../schemas/labels.ts'
import { connectedRegion } from './connectedRegion.ts'

/** What hints mean: a label map of nothing but what they concern. */
export interface HintedParts {
  /** Of the same size; 0 elsewhere. */
  readonly labelMap: LabelMap
  /** Ids of the parts in it, ascending, without the background. Empty where the hints mean nothing. */
  readonly parts: readonly number[]
}

/**
 * What a person means who marks places of a predicted label map. A region is what hangs together by pixels of one part
 * that share an edge; the background's regions are regions like any other.
 *
 * - A positive point adds the region under it. Drawn with a part P, it restricts P to that region where it is P's, and
 *   flips the region to P where it is another part's, the background's too. Drawn without, the region keeps its part, and
 *   the background's adds nothing.
 * - A positive rectangle drawn with P adds P's pixels inside; where P has none there, it flips those of the part that has
 *   most to P. Drawn without, it adds the pixels inside of the part that has most. On background alone it adds nothing.
 * - A negative point takes away the region under it, a negative rectangle all that is inside, whatever it was drawn with.
 * - A positive hint drawn with the background takes away, as a negative one does.
 *
 * Hints count in their order: of two that add the same pixel the later one counts, and what takes away takes away what is
 * there by then. All look for regions and parts in the label map as it was predicted. Where no hint adds, the first one
 * finds the whole parts there that they mark: a point marks the part under it; a rectangle marks the part that it was
 * drawn with, or, where that has no pixel inside, the part that has most.
 *
 * The part that has most is never the background, and of equal ones has the smallest id. A point on the right or lower edge
 * of the image is in its last column or row. A pixel is inside a rectangle if its centre is: so there may be none.
 *
 * @param partIdOf the id of the part that a label names; undefined where it names none, which is like no label
 */
export function applyHints(
  labelMap: LabelMap,
  hints: readonly Hint[],
  partIdOf: (label: string) => number | undefined,
): HintedParts {
  const { width, height } = labelMap
  const marks = hints.map((hint) => mark(labelMap, hint, hint.part === undefined ? undefined : partIdOf(hint.part)))
  const data = marks.some(({ adds }) => adds) ? new Uint8Array(width * height) : wholeParts(labelMap, marks)
  for (const { adds, pixels, from, to } of marks) {
    if (adds && to === 0) continue
    for (const pixel of pixels()) {
      if (!adds) data[pixel] = 0
      else if (labelMap.data[pixel] === from) data[pixel] = to
    }
  }
  const result = { width, height, data }
  return { labelMap: result, parts: partsPresent(result).filter((part) => part !== 0) }
}

/** What one hint does. */
interface Mark {
  /** False where it takes away. */
  readonly adds: boolean
  /** Of the region under a point, or inside a rectangle. Found when asked for: they need much memory. */
  readonly pixels: () => Uint32Array
  /** The part that it marks. */
  readonly from: number
  /** What that becomes; 0 where the hint adds nothing. */
  readonly to: number
}

function mark(labelMap: LabelMap, hint: Hint, part: number | undefined): Mark {
  const adds = hint.isPositive && part !== 0
  if (hint.kind === 'point') {
    const pixel = pixelUnder(labelMap, hint)
    const from = labelMap.data[pixel] ?? 0
    return { adds, pixels: () => connectedRegion(labelMap, pixel), from, to: part ?? from }
  }
  const pixels = () => pixelsInside(labelMap, hint)
  const from = partInside(labelMap, pixels(), part)
  return { adds, pixels, from, to: from === 0 ? 0 : (part ?? from) }
}

function pixelUnder({ width, height }: LabelMap, { x, y }: PointHint): number {
  const within = (share: number, length: number) => Math.min(length - 1, Math.max(0, Math.floor(share * length)))
  return within(y, height) * width + within(x, width)
}

function pixelsInside({ width, height }: LabelMap, rectangle: RectangleHint): Uint32Array {
  const [left, right] = centresWithin(rectangle.x, rectangle.width, width)
  const [top, bottom] = centresWithin(rectangle.y, rectangle.height, height)
  const across = right - left
  const pixels = new Uint32Array(across * (bottom - top))
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) {
      pixels[(row - top) * across + column - left] = row * width + column
    }
  }
  return pixels
}

/** The first pixel whose centre lies in [start, start + share) of a length, and the one after the last such pixel. */
function centresWithin(start: number, share: number, length: number): readonly [number, number] {
  const atOrAfter = (edge: number) => Math.min(length, Math.max(0, Math.ceil(edge * length - 0.5)))
  const first = atOrAfter(start)
  return [first, Math.max(first, atOrAfter(start + share))]
}

/** The part that a rectangle marks; 0 where there is nothing but background in it. */
function partInside({ data }: LabelMap, pixels: Uint32Array, wanted: number | undefined): number {
  const counts = new Uint32Array(maximumParts)
  for (const pixel of pixels) {
    const part = data[pixel] ?? 0
    counts[part] = (counts[part] ?? 0) + 1
  }
  if (wanted !== undefined && wanted !== 0 && (counts[wanted] ?? 0) > 0) return wanted
  counts[0] = 0
  const most = counts.reduce((highest, count) => Math.max(highest, count), 0)
  return most === 0 ? 0 : counts.indexOf(most)
}

function wholeParts({ data }: LabelMap, marks: readonly Mark[]): Uint8Array {
  const marked = new Set(marks.map(({ from }) => from))
  return data.map((part) => (marked.has(part) ? part : 0))
}
