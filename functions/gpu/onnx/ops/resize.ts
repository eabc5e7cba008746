/** Resampling of images. */
import { absent, integers } from '../constant.ts'
import { knownShape, requireFloat, requireRank } from '../shape.ts'
import { applyOne, GraphError, type Operator, type Tensor } from '../tensor.ts'
import { type FixedMatrix, fixedMatrix, separableAdjoint } from './separable.ts'

const resizeOperator: Operator = {
  type: 'Resize',
  gradient: ({ gradient, inputs: [x], outputs: [y] }) => {
    if (x === undefined || y === undefined) throw new GraphError('Resize lost its input')
    const [, , height = 0, width = 0] = knownShape(x, 'the gradient of Resize')
    const [, , rows = 0, columns = 0] = knownShape(y, 'the gradient of Resize')
    return [separableAdjoint(gradient, interpolation(height, rows), interpolation(width, columns))]
  },
}
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

/** What each of `count` places takes of the `length` values of a line: [count, length]. */
function interpolation(length: number, count: number): FixedMatrix {
  return fixedMatrix(count, length, (place, source) => {
    const position = Math.min(Math.max(((place + 0.5) * length) / count - 0.5, 0), length - 1)
    return Math.max(0, 1 - Math.abs(position - source))
  })
}
