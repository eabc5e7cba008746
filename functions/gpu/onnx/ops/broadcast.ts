/**
 * Broadcasting and its adjoint, the sum: where a value was repeated its gradients add up, and where values were added
 * each gets the gradient of the sum. Reshaping, which both need, stands with them; every other operator builds on these.
 */
import { numbersOf } from '../attributes.ts'
import { integers, scalar } from '../constant.ts'
import { broadcastShapes, knownShape, normalizeAxes, requireIntegers, requireNumbers, sameShape } from '../shape.ts'
import {
  applyOne,
  type DataType,
  type Dimension,
  describeType,
  type GradientContext,
  GraphError,
  type Operator,
  type Shape,
  type Tensor,
} from '../tensor.ts'

const reshapeOperator: Operator = {
  type: 'Reshape',
  gradient: ({ gradient, inputs: [x] }) => (x === undefined ? [] : [reshape(gradient, x.shape), undefined]),
}
/**
 * The same elements in row-major order under another shape.
 * @throws GraphError where the number of elements differs, or more than one axis is known only by name
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  const named = (dimensions: Shape): readonly Dimension[] => dimensions.filter((length) => typeof length === 'string')
  const product = (dimensions: Shape): number =>
    dimensions.reduce<number>((sum, length) => (typeof length === 'number' ? sum * length : sum), 1)
  requireIntegers(
    shape.filter((length) => typeof length === 'number'),
    0,
    'Reshape: lengths',
  )
  if (named(shape).length > 1 || !sameShape(named(shape), named(x.shape)) || product(shape) !== product(x.shape))
    throw new GraphError(`Reshape cannot turn ${describeType(x)} into [${shape.join(', ')}]`)
  const target = integers(shape.map((length) => (typeof length === 'number' ? length : -1)))
  return applyOne(reshapeOperator, [x, target], { dtype: x.dtype, shape })
}

const expandOperator: Operator = {
  type: 'Expand',
  gradient: ({ gradient, inputs: [x] }) => (x === undefined ? [] : [sumToShape(gradient, x.shape), undefined]),
}
/** Repeats axes of length 1 (and missing leading axes) to fill the shape. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x
  if (!sameShape(broadcastShapes([x.shape, shape], 'Expand'), shape))
    throw new GraphError(`Expand cannot turn ${describeType(x)} into [${shape.join(', ')}]`)
  return applyOne(expandOperator, [x, integers(shape)], { dtype: x.dtype, shape })
}

/** A tensor of zeros that takes no room in the file. */
export function zeros(shape: readonly number[], dtype: DataType): Tensor {
  return expand(scalar(0, dtype), shape)
}

/** Sums a broadcast gradient back to the shape that was broadcast. */
export function sumToShape(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient
  const added = gradient.shape.length - shape.length
  const axes = gradient.shape.flatMap((length, axis) =>
    axis < added || (shape[axis - added] === 1 && length !== 1) ? [axis] : [],
  )
  const summed = axes.length === 0 ? gradient : reduceSum(gradient, axes, { keepDimensions: true })
  return sameShape(summed.shape, shape) ? summed : reshape(summed, shape)
}

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

/** A reduction by any operator that takes its axes as a second input, which gradient rules read back. */
export function reduce(operator: Operator, x: Tensor, axes: readonly number[], options: ReduceOptions): Tensor {
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

/** The shape that a reduction leaves. */
export function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return shape.flatMap((length, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [length]))
}

/** Every axis, the default of reductions. */
export function allAxes(x: Tensor): readonly number[] {
  return x.shape.map((_, axis) => axis)
}

/** The input and the axes of a reduction, read back from its node. */
export function reduced({ inputs: [x, axes] }: GradientContext): readonly [Tensor, readonly number[]] {
  if (x === undefined || axes === undefined) throw new GraphError('a reduction lost its axes')
  return [x, numbersOf(axes)]
}

/** Gives every element the gradient of the value that it went into. */
export function spread(context: GradientContext, value: Tensor = context.gradient): Tensor {
  const [x, axes] = reduced(context)
  const shape = knownShape(x, 'the gradient of a reduction')
  return expand(reshape(value, reducedShape(shape, axes, true)), shape)
}
