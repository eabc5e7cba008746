import { BitmaskValue, BrushValue, PolygonValue } from '../../../schemas/labelStudio/result.ts'
import { decodeBitmask } from './bitmask.ts'
import { decodeBrush } from './brushRle.ts'
import { MaskError } from './errors.ts'
import type { PaintingKind } from './paintingControl.ts'
import { decodePolygon } from './polygon.ts'

/**
 * The mask of a region, `[height, width]` bytes of 0 or 1, from its `value`.
 * @throws MaskError where it is damaged, unfinished or of another size
 */
export function decodeMask(kind: PaintingKind, value: unknown, width: number, height: number): Uint8Array {
  if (kind === 'brush') {
    const brush = BrushValue.safeParse(value)
    if (!brush.success) throw new MaskError('has no brush mask (rle, a list of bytes)')
    return decodeBrush(brush.data.rle, width, height)
  }
  if (kind === 'bitmask') {
    const bitmask = BitmaskValue.safeParse(value)
    if (!bitmask.success) throw new MaskError('has no bitmask (imageDataURL, a PNG)')
    return decodeBitmask(bitmask.data.imageDataURL, width, height)
  }
  const polygon = PolygonValue.safeParse(value)
  if (!polygon.success) throw new MaskError('has no polygon (points, pairs of percentages)')
  const { points, closed } = polygon.data
  if (closed === false || points.length < 3) throw new MaskError('is a polygon that is not finished')
  return decodePolygon(points, width, height)
}
