import { describe, expect, test } from 'vitest'
import { closeTo, maxAbsDifference } from './close.ts'

describe('maxAbsDifference', () => {
  test('is the largest difference of any pair', () => {
    expect(maxAbsDifference([1, 5, -3], [1, 4.5, -1])).toBe(2)
    expect(maxAbsDifference([], [])).toBe(0)
    expect(maxAbsDifference([Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY])).toBe(0)
  })

  test('is infinite where NaN stands on either side', () => {
    expect(maxAbsDifference([0, Number.NaN], [0, 1])).toBe(Number.POSITIVE_INFINITY)
    expect(maxAbsDifference([0, 1], [0, Number.NaN])).toBe(Number.POSITIVE_INFINITY)
    expect(maxAbsDifference([Number.NaN], [Number.NaN])).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('closeTo', () => {
  test('names the worst position and both values there', () => {
    expect(() => closeTo([1, 2.25, 3.5], [1, 2, 3], 0.125)).toThrow(
      'worst at index 2 of 3: got 3.5, expected 3, difference 0.5, allowed 0.125',
    )
  })

  test('passes up to the tolerance, the tolerance included', () => {
    closeTo([1.5, -2], [1, -2], 0.5)
    closeTo([], [], 0)
    expect(() => closeTo([1.5], [1], 0.4999)).toThrow('worst at index 0')
  })

  test('adds what is allowed relative to the expected value', () => {
    closeTo([101, 0.25], [100, 0], { absolute: 0.25, relative: 0.0075 })
    // 1 is allowed at index 0, nothing at index 1: the smaller difference is the worse one.
    expect(() => closeTo([101, 0.25], [100, 0], { relative: 0.01 })).toThrow('worst at index 1')
  })

  test('never passes NaN, a missing value or one too many', () => {
    expect(() => closeTo([Number.NaN], [Number.NaN], 1)).toThrow('worst at index 0')
    expect(() => closeTo([0, Number.NaN], [0, 0], Number.POSITIVE_INFINITY)).toThrow('worst at index 1')
    expect(() => closeTo([1], [1, 2], 1)).toThrow('got 1 values, expected 2')
    expect(() => closeTo([1, 2], [1], 1)).toThrow('got 2 values, expected 1')
  })
})
