import { div, exp, log, map, mul, sub } from './elementwise.ts'
import { reshape } from './layout.ts'
import { at, axisOf, indicesOf, lengthOf, type NdArray, tabulate } from './ndArray.ts'

/**
 * One number for each group of elements that differ only along `axes` (all of them, if none are given).
 *
 * @param keep - keeps reduced axes with length 1
 */
export function reduce(
  array: NdArray,
  of: (group: readonly number[]) => number,
  axes: readonly number[] = array.shape.map((_, axis) => axis),
  keep = false,
): NdArray {
  const reduced = new Set(axes.map((axis) => axisOf(array, axis)))
  const group = array.shape.map((length, axis) => (reduced.has(axis) ? length : 1))
  const result = tabulate(
    array.shape.map((length, axis) => (reduced.has(axis) ? 1 : length)),
    (index) =>
      of(
        [...indicesOf(group)].map((inner) =>
          at(
            array,
            index.map((p, axis) => p + (inner[axis] ?? 0)),
          ),
        ),
      ),
  )
  return keep
    ? result
    : reshape(
        result,
        array.shape.filter((_, axis) => !reduced.has(axis)),
      )
}

const total = (group: readonly number[]) => group.reduce((sum, value) => sum + value, 0)

export const sum = (array: NdArray, axes?: readonly number[], keep?: boolean): NdArray =>
  reduce(array, total, axes, keep)

export const mean = (array: NdArray, axes?: readonly number[], keep?: boolean): NdArray =>
  reduce(array, (group) => total(group) / group.length, axes, keep)

export const largest = (array: NdArray, axes?: readonly number[], keep?: boolean): NdArray =>
  reduce(array, (group) => Math.max(...group), axes, keep)

export const smallest = (array: NdArray, axes?: readonly number[], keep?: boolean): NdArray =>
  reduce(array, (group) => Math.min(...group), axes, keep)

/** The position of the largest element along an axis; of equals, the first. */
export const argMax = (array: NdArray, axis: number, keep = false): NdArray =>
  reduce(array, (group) => group.indexOf(Math.max(...group)), [axis], keep)

/** e^x / Σ e^x along an axis. The largest x is taken off first: it cancels, and e^x stays finite. */
export function softmax(array: NdArray, axis: number): NdArray {
  const powers = exp(sub(array, largest(array, [axis], true)))
  return div(powers, sum(powers, [axis], true))
}

/** ln softmax, without the logarithm of a probability that is too small for a number. */
export function logSoftmax(array: NdArray, axis: number): NdArray {
  const shifted = sub(array, largest(array, [axis], true))
  return sub(shifted, log(sum(exp(shifted), [axis], true)))
}

/**
 * −ln softmax(logits)[label] for every row.
 *
 * @param logits - `[…, classes]`
 * @param labels - `[…]`, whole numbers in 0..classes−1
 * @returns `[…]`; the mean over it is the usual loss
 */
export function crossEntropy(logits: NdArray, labels: NdArray): NdArray {
  const classes = lengthOf(logits, -1)
  const oneHot = tabulate([...labels.shape, classes], (index) =>
    at(labels, index.slice(0, -1)) === index.at(-1) ? 1 : 0,
  )
  return map(sum(mul(oneHot, logSoftmax(logits, -1)), [-1]), (value) => -value)
}
