/** Operators that move elements without changing them. */
import { intOf, intsOf, numbersOf } from '../attributes.ts'
import { integers, scalar } from '../constant.ts'
import { knownLength, knownShape, normalizeAxes, normalizeAxis, requireSameType, sameShape } from '../shape.ts'
import { apply, applyOne, describeType, GraphError, type Operator, type Shape, type Tensor } from '../tensor.ts'
import { reshape, zeros } from './broadcast.ts'

export { expand, reshape, zeros } from './broadcast.ts'
export { gather } from './gather.ts'

const transposeOperator: Operator = {
  type: 'Transpose',
  gradient: ({ gradient, attributes }) => {
    const permutation = intsOf(attributes, 'perm')
    return [
      transpose(
        gradient,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ]
  },
}
/** Reorders the axes: axis i of the result is axis `permutation[i]` of x. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  if (
    permutation.toSorted((a, b) => a - b).some((axis, index) => axis !== index) ||
    permutation.length !== x.shape.length
  )
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

const concatOperator: Operator = {
  type: 'Concat',
  gradient: ({ gradient, inputs, attributes }) => {
    const axis = intOf(attributes, 'axis')
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

/**
 * Part of one axis: elements start, start + step, … before end, counted from the front. A negative step walks backwards;
 * end −1 then means "past the first".
 */
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
    return [unslice(gradient, x, numbersOf(starts), numbersOf(axes), numbersOf(steps))]
  },
}
/**
 * Takes parts of some axes.
 * @throws GraphError where a part is empty or reaches outside its axis, or an axis is named twice
 */
export function slice(x: Tensor, parts: readonly AxisSlice[]): Tensor {
  if (parts.length === 0) return x
  normalizeAxes(
    parts.map(({ axis }) => axis),
    x.shape.length,
    'Slice',
  )
  const shape = [...x.shape]
  for (const { axis, start, end, step = 1 } of parts) {
    const length = knownLength(x, axis, 'Slice')
    const count = Math.ceil((end - start) / step)
    const last = start + (count - 1) * step
    const valid = [start, end, step].every(Number.isInteger) && step !== 0
    if (!valid || count < 1 || start < 0 || start >= length || last < 0 || last >= length)
      throw new GraphError(`Slice ${start}:${end}:${step} of axis ${axis} is empty or outside ${describeType(x)}`)
    shape[normalizeAxis(axis, shape.length, 'Slice')] = count
  }
  const head = withoutTails(x, parts)
  const list = (get: (part: AxisSlice) => number): Tensor => integers(parts.map(get))
  // Walking backwards past the first element is written as an end below every index: −1 would mean the last one.
  const ends = list((part) => (part.end < 0 ? -knownLength(head, part.axis, 'Slice') - 1 : part.end))
  const axes = list((part) => normalizeAxis(part.axis, x.shape.length, 'Slice'))
  return applyOne(sliceOperator, [head, list((part) => part.start), ends, axes, list((part) => part.step ?? 1)], {
    dtype: x.dtype,
    shape,
  })
}

/**
 * Cuts off what lies behind the start of each backward walk. ONNX Runtime 1.30's WebGPU kernel begins such a walk at the
 * last element, whatever its start.
 */
function withoutTails(x: Tensor, parts: readonly AxisSlice[]): Tensor {
  const heads = parts.flatMap(({ axis, start, step = 1 }) =>
    step < 0 && start < knownLength(x, axis, 'Slice') - 1 ? [{ axis, start: 0, end: start + 1 }] : [],
  )
  return slice(x, heads)
}

/** Puts a gradient back at the places that a slice took, zeros elsewhere. */
function unslice(
  gradient: Tensor,
  x: Tensor,
  starts: readonly number[],
  axes: readonly number[],
  steps: readonly number[],
): Tensor {
  return axes.reduce((result, axis, index) => {
    const start = starts[index] ?? 0
    const step = steps[index] ?? 1
    const count = knownLength(result, axis, 'Slice')
    const length = knownLength(x, axis, 'Slice')
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
  const filledUp = reshape(
    pad(wide, [{ axis: axis + 1, before: 0, after: step - 1 }]),
    x.shape.with(axis, count * step),
  )
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
    const parts = before.flatMap((start, axis) =>
      gradient.shape[axis] === x.shape[axis] ? [] : [{ axis, start, end: start + knownLength(x, axis, 'Pad') }],
    )
    return [slice(gradient, parts)]
  },
}
/**
 * Surrounds axes with zeros, or with another number.
 * @throws GraphError where an amount is negative or broken, an axis is named twice, or its length is not known
 */
export function pad(x: Tensor, paddings: readonly AxisPadding[], value = 0): Tensor {
  if (paddings.some(({ before, after }) => [before, after].some((amount) => !Number.isInteger(amount) || amount < 0)))
    throw new GraphError(`Pad: amounts must be integers that are not negative, got ${JSON.stringify(paddings)}`)
  normalizeAxes(
    paddings.map(({ axis }) => axis),
    x.shape.length,
    'Pad',
  )
  const needed = paddings.filter(({ before, after }) => before + after > 0)
  if (needed.length === 0) return x
  const before = x.shape.map(() => 0)
  const after = x.shape.map(() => 0)
  const shape = [...x.shape]
  for (const padding of needed) {
    const axis = normalizeAxis(padding.axis, shape.length, 'Pad')
    before[axis] = padding.before
    after[axis] = padding.after
    shape[axis] = knownLength(x, axis, 'Pad') + padding.before + padding.after
  }
  return applyOne(padOperator, [x, integers([...before, ...after]), scalar(value, x.dtype)], { dtype: x.dtype, shape })
}

const splitOperator: Operator = {
  type: 'Split',
  gradient: ({ outputGradients, outputs, attributes }) => {
    const axis = intOf(attributes, 'axis')
    const parts = outputs.map(
      (tensor, index) => outputGradients[index] ?? zeros(knownShape(tensor, 'the gradient of Split'), tensor.dtype),
    )
    return [concat(parts, axis), undefined]
  },
}
/** Cuts one axis into pieces of the given lengths. */
export function split(x: Tensor, axis: number, lengths: readonly number[]): readonly Tensor[] {
  const positive = normalizeAxis(axis, x.shape.length, 'Split')
  if (lengths.some((length) => !Number.isInteger(length) || length < 1))
    throw new GraphError(`Split needs positive lengths, got [${lengths}]`)
  if (lengths.reduce((sum, length) => sum + length, 0) !== knownLength(x, positive, 'Split'))
    throw new GraphError(`Split: [${lengths}] do not add up to axis ${axis} of ${describeType(x)}`)
  const outputs = lengths.map((length) => ({ dtype: x.dtype, shape: x.shape.with(positive, length) }))
  return apply(splitOperator, [x, integers(lengths)], outputs, { axis: { int: positive } })
}
