/** Resampling of images. */
import { absent, integers } from '../constant.ts'
import { knownShape, requireFloat, requireRank } from '../shape.ts'
import { applyOne, GraphError, type Operator, type Tensor } from '../tensor.ts'

const resizeOperator: Operator = { type: 'Resize' }
/**
 * Bilinear interpolation with half-pixel centres (align_corners = False), without antialiasing.
 * @param x [batch, channels, height, width]
 * @param size [height, width] of the result
 */
export function bilinearResize(x: Tensor, size: readonly [number, number]): Tensor {
  requireRank(x, 4, 'Resize')
  requireFloat(x, 'Resize')
  const [batch = 1, channels = 1, ...before] = knownShape(x, 'Resize')
  if (size.some((length) => !Number.isInteger(length) || length < 1))
    throw new GraphError(`Resize needs positive lengths, got [${size}]`)
  if (size.every((length, axis) => length === before[axis])) return x
  const shape = [batch, channels, ...size]
  return applyOne(
    resizeOperator,
    [x, absent, absent, integers(shape)],
    { dtype: x.dtype, shape },
    { mode: { string: 'linear' }, coordinate_transformation_mode: { string: 'half_pixel' } },
  )
}
