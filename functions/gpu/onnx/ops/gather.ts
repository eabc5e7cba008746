/** Picking slices by index. */
import { intOf } from '../attributes.ts'
import { elementCount, knownShape, normalizeAxis } from '../shape.ts'
import { applyOne, describeType, GraphError, type Operator, type Tensor } from '../tensor.ts'
import { expand, reshape, zeros } from './broadcast.ts'
import { cast } from './elementwise.ts'

const scatterAddOperator: Operator = { type: 'ScatterElements' }
const gatherOperator: Operator = {
  type: 'Gather',
  gradient: ({ gradient, inputs: [x, indices], attributes }) => {
    if (x === undefined || indices === undefined) return []
    return [scatterAdd(x, indices, gradient, intOf(attributes, 'axis')), undefined]
  },
}
/**
 * Picks slices of one axis by int32 or int64 indices of any shape, which takes the axis's place. Negative indices count
 * from the end. An index outside fails when the graph runs on the CPU; a GPU does not look.
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  if (indices.dtype !== 'int64' && indices.dtype !== 'int32')
    throw new GraphError(`Gather needs int32 or int64 indices, got ${describeType(indices)}`)
  const positive = normalizeAxis(axis, x.shape.length, 'Gather')
  const shape = x.shape.toSpliced(positive, 1, ...indices.shape)
  return applyOne(gatherOperator, [x, indices], { dtype: x.dtype, shape }, { axis: { int: positive } })
}

/**
 * Sums every slice of a gradient into the slice of x that it was gathered from. ScatterElements rather than ScatterND,
 * because it works along any axis and takes int32 indices, which stay on the device under WebGPU.
 */
function scatterAdd(x: Tensor, indices: Tensor, gradient: Tensor, axis: number): Tensor {
  const shape = knownShape(x, 'the gradient of Gather')
  const count = elementCount(knownShape(indices, 'the gradient of Gather'))
  const slices = shape.with(axis, count)
  const places = reshape(
    cast(indices, 'int32'),
    shape.map((_, other) => (other === axis ? count : 1)),
  )
  return applyOne(
    scatterAddOperator,
    [zeros(shape, x.dtype), expand(places, slices), reshape(gradient, slices)],
    { dtype: x.dtype, shape },
    { axis: { int: axis }, reduction: { string: 'add' } },
  )
}
