/** Picking slices or single elements by index, and adding to what was picked. */
import { intOf } from '../attributes.ts'
import { elementCount, knownShape, normalizeAxis } from '../shape.ts'
import { applyOne, describeType, type GradientRule, GraphError, type Operator, type Tensor } from '../tensor.ts'
import { expand, reshape, zeros } from './broadcast.ts'
import { cast } from './elementwise.ts'

const scatterAddOperator: Operator = {
  type: 'ScatterElements',
  gradient: ({ gradient, inputs: [, indices], attributes }) => {
    if (indices === undefined) return []
    return [gradient, undefined, gatherElements(gradient, indices, intOf(attributes, 'axis'))]
  },
}
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
  return addElements(zeros(shape, x.dtype), expand(places, slices), reshape(gradient, slices), axis)
}

/**
 * One element of x for each index, along one axis: result[…, i, …] = x[…, indices[…, i, …], …].
 * @param indices int32, of x's rank; other axes are as long as those of x or shorter
 */
export function gatherElements(x: Tensor, indices: Tensor, axis: number): Tensor {
  const rule: GradientRule = ({ gradient }) => [
    addElements(zeros(knownShape(x, 'the gradient of GatherElements'), x.dtype), indices, gradient, axis),
  ]
  return elementsBy(x, indices, axis, rule)
}

/** `gatherElements` with another rule for its gradient, for functions that know theirs in closed form. */
export function elementsBy(x: Tensor, indices: Tensor, axis: number, gradient: GradientRule): Tensor {
  if (indices.dtype !== 'int32' || indices.shape.length !== x.shape.length)
    throw new GraphError(
      `GatherElements of ${describeType(x)} needs int32 indices of its rank, got ${describeType(indices)}`,
    )
  const positive = normalizeAxis(axis, x.shape.length, 'GatherElements')
  return applyOne(
    { type: 'GatherElements', gradient },
    [x, indices],
    { dtype: x.dtype, shape: indices.shape },
    { axis: { int: positive } },
  )
}

/** x with `values` added to the elements that `gatherElements` with the same indices picks. */
export function addElements(x: Tensor, indices: Tensor, values: Tensor, axis: number): Tensor {
  return applyOne(
    scatterAddOperator,
    [x, indices, values],
    { dtype: x.dtype, shape: x.shape },
    { axis: { int: axis }, reduction: { string: 'add' } },
  )
}
