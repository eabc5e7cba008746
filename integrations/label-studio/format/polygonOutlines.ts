import type { LabelMap } from '../../../schemas/labelMap.ts'
import { type Box, measureParts, type Ring, traceOutlines } from '../../datasets/outline.ts'
import { joinRings } from './joinRings.ts'
import { fillOutline } from './polygonFill.ts'

/** A connected piece of a part, as one closed line: x, y, x, y, … in pixels. */
export interface PieceOutline {
  readonly part: number
  readonly points: readonly number[]
}

/**
 * Outlines that show a label map when earlier ones are drawn on top. A polygon has one ring and thus no holes:
 *
 * - A hole that other listed parts fill entirely is covered by the outline and left to them. They lie inside the piece
 *   with the hole, cover less than it does with its holes, and stand before it for that reason.
 * - A hole where something unlisted shows through has to stay free. Its ring runs against the outer one and is joined to
 *   it by a line that is walked there and back, which changes nothing of what the outline winds around.
 */
export function outlineParts(labelMap: LabelMap, listed: ReadonlySet<number>): PieceOutline[] {
  const pieces: { part: number; points: readonly number[]; covered: number }[] = []
  for (const [part, { box }] of measureParts(labelMap)) {
    if (!listed.has(part)) continue
    const rings = traceOutlines(labelMap, part, box)
    const filled = new Set(rings.filter((ring) => ring.hole && isFilled(ring, labelMap, listed)))
    for (const { points, outer } of joinRings(rings, labelMap.width, filled)) {
      pieces.push({ part, points, covered: ringArea(outer) })
    }
  }
  return pieces.sort((first, second) => first.covered - second.covered)
}

/** Whether all pixels inside a hole's ring belong to listed parts. */
function isFilled(ring: Ring, { width, data }: LabelMap, listed: ReadonlySet<number>): boolean {
  const box = boxOf(ring)
  const shifted = ring.points.map((value, index) => value - (index % 2 === 0 ? box.left : box.top))
  return fillOutline(shifted, box.width, box.height).every((inside, pixel) => {
    const x = box.left + (pixel % box.width)
    const y = box.top + Math.floor(pixel / box.width)
    return inside === 0 || listed.has(data[y * width + x] ?? 0)
  })
}

function boxOf({ points }: Ring): Box {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0]
  for (let index = 0; index + 1 < points.length; index += 2) {
    const [x, y] = [points[index] ?? 0, points[index + 1] ?? 0]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { left, top, width: right - left, height: bottom - top }
}

/** What a ring encloses, in pixels: the shoelace formula. */
function ringArea({ points }: Ring): number {
  let twice = 0
  for (let index = 0; index + 1 < points.length; index += 2) {
    const [x, y] = [points.at(index - 2) ?? 0, points.at(index - 1) ?? 0]
    twice += x * (points[index + 1] ?? 0) - (points[index] ?? 0) * y
  }
  return Math.abs(twice) / 2
}
