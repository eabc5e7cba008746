import { at, axisOf, lengthOf, type NdArray, ndArray, tabulate } from './ndArray.ts'

/** The same values under another shape; one length may be −1 and is worked out. */
export function reshape(array: NdArray, shape: readonly number[]): NdArray {
  const known = shape.filter((length) => length !== -1).reduce((product, length) => product * length, 1)
  return ndArray(
    shape.map((length) => (length === -1 ? Math.floor(array.data.length / known) : length)),
    array.data,
  )
}

/** Axis k of the result is axis `order[k]` of the array; reversed when no order is given. */
export function transpose(
  array: NdArray,
  order: readonly number[] = array.shape.map((_, axis) => axis).reverse(),
): NdArray {
  return tabulate(
    order.map((axis) => lengthOf(array, axis)),
    (index) =>
      at(
        array,
        order.map((_, axis) => index[order.indexOf(axis)] ?? Number.NaN),
      ),
  )
}

/** The arrays one after another along an axis; the other lengths must agree. */
export function concat(arrays: readonly NdArray[], axis: number): NdArray {
  const [first] = arrays
  if (first === undefined) throw new RangeError('nothing to concatenate')
  const along = axisOf(first, axis)
  for (const { shape } of arrays) {
    const agrees = shape.length === first.shape.length && shape.every((l, k) => k === along || l === first.shape[k])
    if (!agrees) throw new RangeError(`shapes [${first.shape}] and [${shape}] do not concatenate along ${axis}`)
  }
  const total = arrays.reduce((sum, array) => sum + lengthOf(array, along), 0)
  return tabulate(first.shape.with(along, total), (index) => {
    let position = index[along] ?? 0
    for (const array of arrays) {
      if (position < lengthOf(array, along)) return at(array, index.with(along, position))
      position -= lengthOf(array, along)
    }
    return Number.NaN
  })
}

export interface Range {
  readonly axis: number
  /** Negative positions count from the end; both are brought into the axis, as in Python and ONNX. */
  readonly start: number
  readonly end: number
  /** Negative steps walk backwards. */
  readonly step?: number
}

/** The part of an array that the ranges name; axes that none names are kept whole. */
export function slice(array: NdArray, ranges: readonly Range[]): NdArray {
  return ranges.reduce((part, { axis, start, end, step = 1 }) => {
    const along = axisOf(part, axis)
    const length = lengthOf(part, along)
    const counted = (position: number) => (position < 0 ? position + length : position)
    const within = (position: number, lowest: number, highest: number) => Math.min(Math.max(position, lowest), highest)
    const from = step > 0 ? within(counted(start), 0, length) : within(counted(start), 0, length - 1)
    const to = step > 0 ? within(counted(end), 0, length) : within(counted(end), -1, length - 1)
    const count = Math.max(0, Math.ceil((to - from) / step))
    return tabulate(part.shape.with(along, count), (index) =>
      at(part, index.with(along, from + (index[along] ?? 0) * step)),
    )
  }, array)
}

/**
 * Whole slices by position along an axis: result[a…, i…, b…] = array[a…, indices[i…], b…]. Negative positions count
 * from the end.
 */
export function gather(array: NdArray, indices: NdArray, axis: number): NdArray {
  const along = axisOf(array, axis)
  const rank = indices.shape.length
  return tabulate(array.shape.toSpliced(along, 1, ...indices.shape), (index) => {
    const position = at(indices, index.slice(along, along + rank))
    const counted = position < 0 ? position + lengthOf(array, along) : position
    return at(array, index.toSpliced(along, rank, counted))
  })
}

/** One element for each index: along axis 1 of a matrix, result[i, j] = array[i, indices[i, j]]. */
export function gatherElements(array: NdArray, indices: NdArray, axis: number): NdArray {
  const along = axisOf(array, axis)
  return tabulate(indices.shape, (index) => {
    const position = at(indices, index)
    return at(array, index.with(along, position < 0 ? position + lengthOf(array, along) : position))
  })
}

/**
 * More rows before and after each axis.
 *
 * @param pads - the rows before every axis, then the rows after every axis, as ONNX orders them
 * @param mode - `constant` fills with `value`; `edge` repeats the border; `reflect` mirrors without repeating it
 */
export function pad(
  array: NdArray,
  pads: readonly number[],
  mode: 'constant' | 'edge' | 'reflect' = 'constant',
  value = 0,
): NdArray {
  const rank = array.shape.length
  if (pads.length !== 2 * rank) throw new RangeError(`${pads.length} pads for shape [${array.shape}]`)
  const shape = array.shape.map((length, axis) => length + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0))
  return tabulate(shape, (index) => {
    const source = index.map((position, axis) => position - (pads[axis] ?? 0))
    const last = (axis: number) => lengthOf(array, axis) - 1
    if (mode === 'edge')
      return at(
        array,
        source.map((p, axis) => Math.min(Math.max(p, 0), last(axis))),
      )
    if (mode === 'reflect')
      return at(
        array,
        source.map((p, axis) => last(axis) - Math.abs(last(axis) - Math.abs(p))),
      )
    return source.every((p, axis) => p >= 0 && p <= last(axis)) ? at(array, source) : value
  })
}
