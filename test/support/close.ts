import { AssertionError } from 'node:assert'

interface Worst {
  /** Flat position of the largest difference; -1 for empty arrays. */
  readonly index: number
  /** Infinity where either side is NaN, or where one is infinite and the other is not the same. */
  readonly difference: number
}

function worst(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  measure: (difference: number, expected: number) => number,
): Worst {
  if (actual.length !== expected.length) {
    throw new AssertionError({ message: `got ${actual.length} values, expected ${expected.length}` })
  }
  let index = -1
  let largest = -1
  for (let position = 0; position < expected.length; position += 1) {
    const got = actual[position] ?? Number.NaN
    const wanted = expected[position] ?? Number.NaN
    const difference = got === wanted ? 0 : Math.abs(got - wanted)
    const measured = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : measure(difference, wanted)
    if (measured > largest) {
      largest = measured
      index = position
    }
  }
  return { index, difference: Math.max(largest, 0) }
}

/** The largest |actual − expected|; Infinity where either holds NaN, 0 for empty arrays. */
export function maxAbsDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  return worst(actual, expected, (difference) => difference).difference
}

export interface Tolerance {
  /** Allowed |actual − expected|. */
  readonly absolute?: number
  /** Allowed |actual − expected| / |expected|, on top of the absolute one. */
  readonly relative?: number
}

/**
 * Asserts |actual − expected| ≤ absolute + relative · |expected| for every element. NaN is close to nothing.
 *
 * @param tolerance - a number is an absolute tolerance
 * @throws {AssertionError} names the worst position and both values there
 */
export function closeTo(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number | Tolerance): void {
  const { absolute = 0, relative = 0 } = typeof tolerance === 'number' ? { absolute: tolerance } : tolerance
  // How far each element is beyond what it is allowed; the excess decides which is worst, not the bare difference.
  const { index, difference: excess } = worst(actual, expected, (difference, wanted) =>
    Math.max(0, difference - (absolute + relative * Math.abs(wanted))),
  )
  if (excess === 0) return
  const got = actual[index] ?? Number.NaN
  const wanted = expected[index] ?? Number.NaN
  throw new AssertionError({
    message:
      `worst at index ${index} of ${expected.length}: got ${got}, expected ${wanted}, ` +
      `difference ${Math.abs(got - wanted)}, allowed ${absolute + relative * Math.abs(wanted)}`,
    actual: got,
    expected: wanted,
  })
}
