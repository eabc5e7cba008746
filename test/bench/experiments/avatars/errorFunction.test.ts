import { describe, expect, test } from 'vitest'
import { errorFunction, normalShare } from '../../../../bench/experiments/avatars/errorFunction.ts'
import { exponential } from '../../../../bench/experiments/avatars/exponential.ts'
// Made by Python; make.py beside it says how.
import python from '../../../fixtures/avatars/drawings/functions.json' with { type: 'json' }

describe('errorFunction', () => {
  test('equals Python’s math.erf to the bit at six hundred places', () => {
    expect(python.errorFunction.map(([x = 0]) => [x, errorFunction(x)])).toEqual(python.errorFunction)
  })

  test('is 0 at 0, odd, and ±1 from 6 on', () => {
    expect(errorFunction(0)).toBe(0)
    for (const x of [1e-300, 0.3, 1, 2, 5]) expect(errorFunction(-x)).toBe(-errorFunction(x))
    for (const x of [6, 40, Number.POSITIVE_INFINITY]) expect([errorFunction(x), errorFunction(-x)]).toEqual([1, -1])
  })

  test('has no value where there is no number', () => {
    expect(errorFunction(Number.NaN)).toBeNaN()
  })
})

describe('normalShare', () => {
  test('is a half at the middle, and what tables say one, two and three deviations away', () => {
    expect(normalShare(0)).toBe(0.5)
    expect(normalShare(1)).toBeCloseTo(0.841344746068543, 14)
    expect(normalShare(-2)).toBeCloseTo(0.022750131948179, 14)
    expect(normalShare(3)).toBeCloseTo(0.99865010196837, 14)
  })
})

describe('exponential', () => {
  test('is the nearest number to the exact value', () => {
    expect(exponential(0)).toBe(1)
    expect(exponential(1)).toBe(Math.E)
    expect(python.exponential.map(([x = 0]) => [x, exponential(x)])).toEqual(python.exponential)
  })
})
