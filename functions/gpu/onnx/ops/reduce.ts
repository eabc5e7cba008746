/** Reductions over axes. */
import { integers } from '../constant.ts'
import { knownLength, knownShape, normalizeAxes, normalizeAxis, requireFloat, requireNumbers } from '../shape.ts'
import { apply, applyOne, type GradientContext, GraphError, type Operator, type Shape, type Tensor } from '../tensor.ts'
import { cast, div, equal, mul } from './elementwise.ts'
import { expand, reshape } from './layout.ts'

export interface ReduceOptions {
  /** Keep the reduced axes with length 1. Default false. */
  readonly keepDimensions?: boolean
}

const sumOperator: Operator = {
  type: 'ReduceSum',
  gradient: (context) => [spread(context), undefined],
}
/** Sum over the given axes (all, if left out; none, if the list is empty: then x itself). */
export function reduceSum(x: Tensor, axes: readonly number[] = allAxes(x), options: ReduceOptions = {}): Tensor {
  return reduce(sumOperator, x, axes, options)
}

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

function reduce(operator: Operator, x: Tensor, axes: readonly number[], options: ReduceOptions): Tensor {
  requireNumbers([x], operator.type)
  const positive = normalizeAxes(axes, x.shape.length, operator.type)
  if (positive.length === 0) return x
  const keep = options.keepDimensions ?? false
  return applyOne(
    operator,
    [x, integers(positive)],
    { dtype: x.dtype, shape: reducedShape(x.shape, positive, keep) },
    { keepdims: { int: keep ? 1 : 0 } },
  )
}

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return shape.flatMap((length, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [length]))
}

function allAxes(x: Tensor): readonly number[] {
  return x.shape.map((_, axis) => axis)
}

/** The input and the axes of a reduction, read back from its node. */
function reduced({ inputs: [x, axes] }: GradientContext): readonly [Tensor, readonly number[]] {
  if (x === undefined || axes === undefined || axes.node.kind !== 'constant')
    throw new GraphError('a reduction lost its axes')
  return [x, Array.from(axes.node.data, Number)]
}

/** Gives every element the gradient of the value that it went into. */
function spread(context: GradientContext, value: Tensor = context.gradient): Tensor {
  const [x, axes] = reduced(context)
  const shape = knownShape(x, 'the gradient of a reduction')
  return expand(reshape(value, reducedShape(shape, axes, true)), shape)
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
