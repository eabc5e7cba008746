import type { LabelMap } from '../../../schemas/labelMap.ts'
import { fillOutline } from './polygonFill.ts'
import { outlineParts } from './polygonOutlines.ts'

/** A corner, in percent of the image's width and height. */
export type PolygonPoint = readonly [x: number, y: number]

/**
 * The mask of a closed polygon, `[height, width]` bytes of 0 or 1.
 * @throws MaskError where it has more edges than can be filled
 */
export function decodePolygon(points: readonly PolygonPoint[], width: number, height: number): Uint8Array {
  return fillOutline(
    points.flatMap(([x, y]) => [(x / 100) * width, (y / 100) * height]),
    width,
    height,
  )
}

/**
 * Polygons that show a label map when earlier ones are drawn on top: one for each connected piece of the listed parts,
 * pieces inside others before these. Every pixel of a listed part comes out as it was, every other pixel stays free.
 *
 * @param listed the parts to draw
 */
export function encodePolygons(
  labelMap: LabelMap,
  listed: ReadonlySet<number>,
): { readonly part: number; readonly points: readonly PolygonPoint[] }[] {
  const { width, height } = labelMap
  return outlineParts(labelMap, listed).map(({ part, points }) => ({
    part,
    points: Array.from(
      { length: points.length / 2 },
      (_, corner): PolygonPoint => [
        ((points[corner * 2] ?? 0) / width) * 100,
        ((points[corner * 2 + 1] ?? 0) / height) * 100,
      ],
    ),
  }))
}
