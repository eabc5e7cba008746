/**
 * An evaluator of network operators in float64, written from their definitions, for tests alone: it shares no code with
 * the product, so that it can be the judge of its results and of its gradients. Clear before fast: most operators say
 * what one element of the result is, and `tabulate` asks for each.
 */

/** Row-major values with a shape; `[]` is one number. */
export interface NdArray {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

export type Index = readonly number[]

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)

/** An array of the given values, which must be as many as the shape holds. */
export function ndArray(shape: readonly number[], values: ArrayLike<number>): NdArray {
  if (sizeOf(shape) !== values.length) throw new RangeError(`shape [${shape}] does not hold ${values.length} values`)
  return { shape: [...shape], data: Float64Array.from(values) }
}

export const scalar = (value: number): NdArray => ndArray([], [value])

/** The flat position of an index. Indices out of range are an error: they would silently read a neighbour. */
export function offsetOf(shape: readonly number[], index: Index): number {
  let offset = 0
  let valid = index.length === shape.length
  for (let axis = 0; axis < shape.length; axis += 1) {
    const position = index[axis] ?? Number.NaN
    const length = shape[axis] ?? 0
    valid &&= Number.isInteger(position) && position >= 0 && position < length
    offset = offset * length + position
  }
  if (!valid) throw new RangeError(`index [${index}] into shape [${shape}]`)
  return offset
}

export const at = (array: NdArray, index: Index): number => array.data[offsetOf(array.shape, index)] ?? Number.NaN

/** Every index of a shape, in row-major order. */
export function* indicesOf(shape: readonly number[]): Generator<number[]> {
  const index = shape.map(() => 0)
  for (let remaining = sizeOf(shape); remaining > 0; remaining -= 1) {
    yield [...index]
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis] = (index[axis] ?? 0) + 1
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break
      index[axis] = 0
    }
  }
}

/** The array whose element at each index is `value(index)`. */
export function tabulate(shape: readonly number[], value: (index: Index) => number): NdArray {
  const data = new Float64Array(sizeOf(shape))
  let offset = 0
  for (const index of indicesOf(shape)) {
    data[offset] = value(index)
    offset += 1
  }
  return { shape: [...shape], data }
}

/** An axis counted from the front, where −1 is the last one. */
export function axisOf(array: NdArray, axis: number): number {
  const rank = array.shape.length
  const counted = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || counted < 0 || counted >= rank) {
    throw new RangeError(`axis ${axis} of shape [${array.shape}]`)
  }
  return counted
}

/** The length along an axis. */
export const lengthOf = (array: NdArray, axis: number): number => array.shape[axisOf(array, axis)] ?? 0
