import type { LabelMap } from '../../schemas/labelMap.ts'

/** A rectangle of whole pixels. */
export type Box = { readonly left: number; readonly top: number; readonly width: number; readonly height: number }

/** One closed line along pixel edges: x, y, x, y, … at its corners only. */
export type Ring = { readonly points: readonly number[]; readonly hole: boolean }

/** What a part covers in a label map: its exact pixel count and the smallest box around it. */
export type Extent = { readonly area: number; readonly box: Box }

/** The extent of every part that the label map shows, by part id, ascending. */
export function measureParts({ width, height, data }: LabelMap): Map<number, Extent> {
  const found = new Map<number, { area: number; left: number; right: number; top: number; bottom: number }>()
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const part = data[y * width + x] ?? 0
      const extent = found.get(part)
      if (extent === undefined) {
        found.set(part, { area: 1, left: x, right: x, top: y, bottom: y })
        continue
      }
      extent.area += 1
      extent.left = Math.min(extent.left, x)
      extent.right = Math.max(extent.right, x)
      extent.bottom = y
    }
  }
  return new Map(
    [...found]
      .sort(([first], [second]) => first - second)
      .map(([part, { area, left, right, top, bottom }]) => [
        part,
        { area, box: { left, top, width: right - left + 1, height: bottom - top + 1 } },
      ]),
  )
}

/** Steps right, down, left and up, and for each the pixels ahead at the right and at the left hand of a corner. */
const steps = [
  { x: 1, y: 0, ahead: { right: [0, 0], left: [0, -1] } },
  { x: 0, y: 1, ahead: { right: [-1, 0], left: [0, 0] } },
  { x: -1, y: 0, ahead: { right: [-1, -1], left: [-1, 0] } },
  { x: 0, y: -1, ahead: { right: [0, -1], left: [-1, -1] } },
] as const

/**
 * Traces a part's outlines along the pixel edges, the part at the right hand, so that filling the rings gives the very
 * pixels back. Pixels that touch at a corner only are not connected: outer rings run clockwise on screen, holes against
 * the clock. Every ring has an edge that goes right, with the part below it and something else above; the search for
 * such edges finds each ring once.
 */
export function traceOutlines({ width, data }: LabelMap, part: number, box: Box): Ring[] {
  const inside = (x: number, y: number) =>
    x >= box.left &&
    y >= box.top &&
    x < box.left + box.width &&
    y < box.top + box.height &&
    data[y * width + x] === part
  const traced = new Uint8Array(box.width * box.height)
  const rings: Ring[] = []
  for (let top = box.top; top < box.top + box.height; top += 1) {
    for (let left = box.left; left < box.left + box.width; left += 1) {
      const seen = traced[(top - box.top) * box.width + left - box.left] === 1
      if (seen || !inside(left, top) || inside(left, top - 1)) continue
      rings.push(
        traceRing(left, top, inside, (x, y) => {
          traced[(y - box.top) * box.width + x - box.left] = 1
        }),
      )
    }
  }
  return rings
}

/** Follows a ring from the corner (left, top), going right first; `mark` gets the pixel below each right step. */
function traceRing(
  left: number,
  top: number,
  inside: (x: number, y: number) => boolean,
  mark: (x: number, y: number) => void,
): Ring {
  const points: number[] = []
  let direction = 0
  let twiceArea = 0
  let [x, y] = [left, top]
  do {
    const step = steps[direction] ?? steps[0]
    if (direction === 0) mark(x, y)
    // The shoelace formula, edge by edge: positive for a ring that runs clockwise on screen.
    twiceArea += x * step.y - y * step.x
    x += step.x
    y += step.y
    const { right, left: leftHand } = step.ahead
    const turn = !inside(x + right[0], y + right[1]) ? 1 : inside(x + leftHand[0], y + leftHand[1]) ? 3 : 0
    if (turn !== 0) points.push(x, y)
    direction = (direction + turn) % 4
  } while (x !== left || y !== top || direction !== 0)
  return { points, hole: twiceArea < 0 }
}
