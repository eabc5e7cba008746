import type { NdArray } from './ndArray.ts'

/**
 * The gradient of a number by central differences: (f(x + h) − f(x − h)) / 2h for every element, which is exact up to
 * h² times the third derivative and the rounding of f over h.
 *
 * @param of - a function of the array, smooth within h of it; the array that it is given must not be kept
 * @param array - where the gradient is taken; left as it is
 * @param step - h; the default balances both errors for values near 1
 * @returns the gradient, in the array's shape
 */
export function finiteDifferences(of: (array: NdArray) => number, array: NdArray, step = 1e-5): NdArray {
  const gradient = array.data.map((value, position) => {
    const moved = (to: number) => of({ shape: array.shape, data: array.data.with(position, to) })
    const [above, below] = [value + step, value - step]
    // Dividing by what was really added: value + step is rounded.
    return (moved(above) - moved(below)) / (above - below)
  })
  return { shape: array.shape, data: gradient }
}
