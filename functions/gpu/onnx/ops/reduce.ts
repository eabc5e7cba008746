/** Reductions over axes. */
import { integers } from '../constant.ts'
import { knownLength, normalizeAxis, requireFloat } from '../shape.ts'
import { apply, applyOne, type GradientContext, GraphError, type Operator, type Tensor } from '../tensor.ts'
import { allAxes, type ReduceOptions, reduce, reduced, reducedShape, reduceSum, reshape, spread } from './broadcast.ts'
import { cast, div, equal, mul } from './elementwise.ts'

export { type ReduceOptions, reduceSum } from './broadcast.ts'

const meanOperator: Operator = {
  type: 'ReduceMean',
  gradient: (context) => {
    const [x, axes] = reduced(context)
    const count = axes.reduce((product, axis) => product * knownLength(x, axis, 'ReduceMean'), 1)
    return [mul(spread(context), 1 / count), undefined]
  },
}
/** Mean over the given axes (all, if left out). */
export function reduceMean(x: Tensor, axes: readonly number[] = allAxes(x), options: ReduceOptions = {}): Tensor {
  requireFloat(x, 'ReduceMean')
  return reduce(meanOperator, x, axes, options)
}

const maxOperator: Operator = { type: 'ReduceMax', gradient: (context) => [spreadToExtremes(context), undefined] }
/** Largest value over the given axes (all, if left out). Equal largest values share the gradient. */
export function reduceMax(x: Tensor, axes: readonly number[] = allAxes(x), options: ReduceOptions = {}): Tensor {
  return reduce(maxOperator, x, axes, options)
}

const minOperator: Operator = { type: 'ReduceMin', gradient: (context) => [spreadToExtremes(context), undefined] }
/** Smallest value over the given axes (all, if left out). Equal smallest values share the gradient. */
export function reduceMin(x: Tensor, axes: readonly number[] = allAxes(x), options: ReduceOptions = {}): Tensor {
  return reduce(minOperator, x, axes, options)
}

const argMaxOperator: Operator = { type: 'ArgMax', gradient: 'none' }
/** Index of the largest value along one axis, as int64; of equal values the first. */
export function argMax(x: Tensor, axis: number, options: ReduceOptions = {}): Tensor {
  const positive = normalizeAxis(axis, x.shape.length, 'ArgMax')
  const keep = options.keepDimensions ?? false
  return applyOne(
    argMaxOperator,
    [x],
    { dtype: 'int64', shape: reducedShape(x.shape, [positive], keep) },
    { axis: { int: positive }, keepdims: { int: keep ? 1 : 0 }, select_last_index: { int: 0 } },
  )
}

// Without a gradient: it would scatter along the indices, which nothing asks for yet.
const topKOperator: Operator = { type: 'TopK' }
/** The `count` largest values along the last axis, in no particular order. Not differentiable. */
export function largest(x: Tensor, count: number): Tensor {
  const last = normalizeAxis(-1, x.shape.length, 'TopK')
  const length = knownLength(x, last, 'TopK')
  if (!Number.isInteger(count) || count < 1 || count > length)
    throw new GraphError(`TopK: cannot take ${count} of ${length} values`)
  const shape = [...x.shape.slice(0, last), count]
  const outputs = [
    { dtype: x.dtype, shape },
    { dtype: 'int64', shape },
  ] as const
  const attributes = { axis: { int: last }, largest: { int: 1 }, sorted: { int: 0 } }
  const [values] = apply(topKOperator, [x, integers([count])], outputs, attributes)
  if (values === undefined) throw new GraphError('TopK lost its result')
  return values
}

function spreadToExtremes(context: GradientContext): Tensor {
  const [x, axes] = reduced(context)
  const [y] = context.outputs
  if (y === undefined) throw new GraphError('a reduction lost its result')
  const kept = reducedShape(x.shape, axes, true)
  const chosen = cast(equal(x, reshape(y, kept)), x.dtype)
  const ties = reduceSum(chosen, axes, { keepDimensions: true })
  return mul(spread(context), div(chosen, ties))
}

/** One number as a tensor of shape []. */
export function asScalar(x: Tensor): Tensor {
  return x.shape.length === 0 ? x : reshape(x, [])
}
