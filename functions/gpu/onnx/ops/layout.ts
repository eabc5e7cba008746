/** Operators that move elements without changing them. */
import { integers, scalar, filled } from '../constant.ts'
import { broadcastShapes, knownLength, knownShape, normalizeAxis, requireSameType, sameShape } from '../shape.ts'
import {
  applyOne,
  type Attribute,
  describeType,
  type Dimension,
  GraphError,
  type Operator,
  outputOf,
  type Shape,
  type Tensor,
} from '../tensor.ts'
import { reduceSum } from './reduce.ts'

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
  if (named(shape).length > 1 || !sameShape(named(shape), named(x.shape)) || product(shape) !== product(x.shape))
    throw new GraphError(`Reshape cannot turn ${describeType(x)} into [${shape.join(', ')}]`)
  const target = integers(shape.map((length) => (typeof length === 'number' ? length : -1)))
  return applyOne(reshapeOperator, [x, target], { dtype: x.dtype, shape })
}

const transposeOperator: Operator = {
  type: 'Transpose',
  gradient: ({ gradient, attributes }) => {
    const permutation = intsOf(attributes.perm)
    return [transpose(gradient, permutation.map((_, axis) => permutation.indexOf(axis)))]
  },
}
/** Reorders the axes: axis i of the result is axis `permutation[i]` of x. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  if (permutation.toSorted((a, b) => a - b).some((axis, index) => axis !== index) || permutation.length !== x.shape.length)
    throw new GraphError(`Transpose: [${permutation}] is no permutation of the axes of ${describeType(x)}`)
  if (permutation.every((axis, index) => axis === index)) return x
  const shape = permutation.map((axis) => x.shape[axis] ?? 1)
  return applyOne(transposeOperator, [x], { dtype: x.dtype, shape }, { perm: { ints: permutation } })
}

/** Swaps the last two axes. */
export function transposeMatrix(x: Tensor): Tensor {
  const rank = x.shape.length
  if (rank < 2) throw new GraphError(`a matrix has two axes, got ${describeType(x)}`)
  return transpose(x, [...x.shape.keys()].slice(0, rank - 2).concat(rank - 1, rank - 2))
}

const expandOperator: Operator = {
  type: 'Expand',
  gradient: ({ gradient, inputs: [x] }) => {
    if (x === undefined) return []
    const added = gradient.shape.length - x.shape.length
    const axes = gradient.shape.flatMap((length, axis) =>
      axis < added || (x.shape[axis - added] === 1 && length !== 1) ? [axis] : [],
    )
    return [reshape(reduceSum(gradient, axes, { keepDimensions: true }), x.shape), undefined]
  },
}
/** Repeats axes of length 1 (and missing leading axes) to fill the shape. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x
  if (!sameShape(broadcastShapes([x.shape, shape], 'Expand'), shape))
    throw new GraphError(`Expand cannot turn ${describeType(x)} into [${shape.join(', ')}]`)
  return applyOne(expandOperator, [x, integers(shape)], { dtype: x.dtype, shape })
}

const concatOperator: Operator = {
  type: 'Concat',
  gradient: ({ gradient, inputs, attributes }) => {
    const axis = intOf(attributes.axis)
    const lengths = inputs.map((tensor) => knownLength(tensor, axis, 'Concat'))
    return lengths.map((length, index) => {
      const start = lengths.slice(0, index).reduce((sum, before) => sum + before, 0)
      return slice(gradient, [{ axis, start, end: start + length }])
    })
  },
}
/** Joins tensors along one axis. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors
  if (first === undefined) throw new GraphError('Concat needs at least one tensor')
  if (tensors.length === 1) return first
  requireSameType(tensors, 'Concat')
  const positive = normalizeAxis(axis, first.shape.length, 'Concat')
  const others = (shape: Shape): Shape => shape.toSpliced(positive, 1)
  if (tensors.some((tensor) => !sameShape(others(tensor.shape), others(first.shape))))
    throw new GraphError(`Concat along axis ${positive} cannot join ${tensors.map(describeType).join(' and ')}`)
  const length = tensors.reduce((sum, tensor) => sum + knownLength(tensor, positive, 'Concat'), 0)
  const shape = first.shape.with(positive, length)
  return applyOne(concatOperator, tensors, { dtype: first.dtype, shape }, { axis: { int: positive } })
}

/** Part of one axis: elements start, start + step, … before end. A negative step walks backwards; end −1 then means "past the first". */
export interface AxisSlice {
  readonly axis: number
  readonly start: number
  readonly end: number
  readonly step?: number
}

const sliceOperator: Operator = {
  type: 'Slice',
  gradient: ({ gradient, inputs: [x, starts, , axes, steps] }) => {
    if (x === undefined || starts === undefined || axes === undefined || steps === undefined) return []
    return [unslice(gradient, knownShape(x, 'Slice'), numbersOf(starts), numbersOf(axes), numbersOf(steps))]
  },
}
/** Takes parts of some axes. */
export function slice(x: Tensor, parts: readonly AxisSlice[]): Tensor {
  const shape = [...x.shape]
  for (const { axis, start, end, step = 1 } of parts) {
    const length = knownLength(x, axis, 'Slice')
    const count = Math.ceil((end - start) / step)
    const last = start + (count - 1) * step
    if (!(count >= 1) || start < 0 || start >= length || last < 0 || last >= length)
      throw new GraphError(`Slice ${start}:${end}:${step} of axis ${axis} is outside ${describeType(x)}`)
    shape[normalizeAxis(axis, shape.length, 'Slice')] = count
  }
  const list = (get: (part: AxisSlice) => number): Tensor => integers(parts.map(get))
  // Walking backwards past the first element is written as an end below every index: −1 would mean the last one.
  const ends = list((part) => (part.end < 0 ? -knownLength(x, part.axis, 'Slice') - 1 : part.end))
  const axes = list((part) => normalizeAxis(part.axis, x.shape.length, 'Slice'))
  return applyOne(sliceOperator, [x, list((part) => part.start), ends, axes, list((part) => part.step ?? 1)], {
    dtype: x.dtype,
    shape,
  })
}

/** Puts a gradient back at the places that a slice took, zeros elsewhere. */
function unslice(
  gradient: Tensor,
  shape: readonly number[],
  starts: readonly number[],
  axes: readonly number[],
  steps: readonly number[],
): Tensor {
  return axes.reduce((result, axis, index) => {
    const start = starts[index] ?? 0
    const step = steps[index] ?? 1
    const count = knownLength(result, axis, 'Slice')
    const length = shape[axis] ?? 1
    const spaced = spaceOut(result, axis, count, Math.abs(step))
    const ordered = step < 0 ? reverse(spaced, axis) : spaced
    const extent = (count - 1) * Math.abs(step) + 1
    const before = step < 0 ? start - extent + 1 : start
    return pad(ordered, [{ axis, before, after: length - before - extent }])
  }, gradient)
}

/** Inserts step − 1 zeros between the elements of an axis. */
function spaceOut(x: Tensor, axis: number, count: number, step: number): Tensor {
  if (step === 1) return x
  const wide = reshape(x, x.shape.toSpliced(axis, 1, count, 1))
  const filledUp = reshape(pad(wide, [{ axis: axis + 1, before: 0, after: step - 1 }]), x.shape.with(axis, count * step))
  return slice(filledUp, [{ axis, start: 0, end: (count - 1) * step + 1 }])
}

/** Reverses the order of the elements of an axis. */
export function reverse(x: Tensor, axis: number): Tensor {
  return slice(x, [{ axis, start: knownLength(x, axis, 'reverse') - 1, end: -1, step: -1 }])
}

export interface AxisPadding {
  readonly axis: number
  readonly before: number
  readonly after: number
}

const padOperator: Operator = {
  type: 'Pad',
  gradient: ({ gradient, inputs: [x, amounts] }) => {
    if (x === undefined || amounts === undefined) return []
    const before = numbersOf(amounts).slice(0, x.shape.length)
    const parts = before.map((start, axis) => ({ axis, start, end: start + knownLength(x, axis, 'Pad') }))
    return [slice(gradient, parts)]
  },
}
/** Surrounds axes with zeros. Amounts are not negative. */
export function pad(x: Tensor, paddings: readonly AxisPadding[]): Tensor {
  if (paddings.some(({ before, after }) => before < 0 || after < 0))
    throw new GraphError(`Pad: amounts must not be negative, got ${JSON.stringify(paddings)}`)
  const needed = paddings.filter(({ before, after }) => before + after > 0)
  if (needed.length === 0) return x
  const amounts = (side: 'before' | 'after'): readonly number[] =>
    x.shape.map((_, axis) => needed.find((padding) => padding.axis === axis)?.[side] ?? 0)
  const [before, after] = [amounts('before'), amounts('after')]
  const shape = x.shape.map((length, axis) =>
    typeof length === 'number' ? length + (before[axis] ?? 0) + (after[axis] ?? 0) : length,
  )
  return applyOne(padOperator, [x, integers([...before, ...after]), scalar(0, x.dtype)], { dtype: x.dtype, shape })
}

const scatterAddOperator: Operator = { type: 'ScatterND' }
const gatherOperator: Operator = {
  type: 'Gather',
  gradient: ({ gradient, inputs: [x, indices], attributes }) => {
    if (x === undefined || indices === undefined) return []
    if (intOf(attributes.axis) !== 0) throw new GraphError('the gradient of Gather exists for axis 0 only')
    const shape = knownShape(x, 'Gather')
    const places = reshape(indices, [...indices.shape, 1])
    const zeros = filled(0, shape, x.dtype)
    return [
      applyOne(scatterAddOperator, [zeros, places, gradient], { dtype: x.dtype, shape }, { reduction: { string: 'add' } }),
      undefined,
    ]
  },
}
/** Picks slices of one axis by int64 indices of any shape, which takes the axis's place. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  if (indices.dtype !== 'int64') throw new GraphError(`Gather needs int64 indices, got ${describeType(indices)}`)
  const positive = normalizeAxis(axis, x.shape.length, 'Gather')
  const shape = x.shape.toSpliced(positive, 1, ...indices.shape)
  return applyOne(gatherOperator, [x, indices], { dtype: x.dtype, shape }, { axis: { int: positive } })
}

const splitOperator: Operator = {
  type: 'Split',
  gradient: ({ outputGradients, outputs, attributes }) => {
    const axis = intOf(attributes.axis)
    const parts = outputs.map(
      (tensor, index) => outputGradients[index] ?? filled(0, knownShape(tensor, 'Split'), tensor.dtype),
    )
    return [concat(parts, axis), undefined]
  },
}
/** Cuts one axis into pieces of the given lengths. */
export function split(x: Tensor, axis: number, lengths: readonly number[]): readonly Tensor[] {
  const positive = normalizeAxis(axis, x.shape.length, 'Split')
  if (lengths.reduce((sum, length) => sum + length, 0) !== knownLength(x, positive, 'Split'))
    throw new GraphError(`Split: [${lengths}] do not add up to axis ${axis} of ${describeType(x)}`)
  const outputs = lengths.map((length) => ({ dtype: x.dtype, shape: x.shape.with(positive, length) }))
  const node = {
    kind: 'operator',
    operator: splitOperator,
    inputs: [x, integers(lengths)],
    attributes: { axis: { int: positive } },
    outputs,
  } as const
  return outputs.map((_, index) => outputOf(node, index))
}

function numbersOf(tensor: Tensor): readonly number[] {
  if (tensor.node.kind !== 'constant') throw new GraphError('this gradient needs constant indices')
  return Array.from(tensor.node.data, Number)
}

function intOf(attribute: Attribute | undefined): number {
  if (attribute === undefined || !('int' in attribute)) throw new GraphError('an operator lost an integer attribute')
  return attribute.int
}

function intsOf(attribute: Attribute | undefined): readonly number[] {
  if (attribute === undefined || !('ints' in attribute)) throw new GraphError('an operator lost a list attribute')
  return attribute.ints
}
