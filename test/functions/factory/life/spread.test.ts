import { describe, expect, test } from 'vitest'
import { spread } from '../../../../functions/factory/life/spread.ts'

const line = (...places: number[]) => places.map((place) => Float32Array.of(place))

describe('points far from one another', () => {
  test('each next is farthest from those before', () => {
    // From 0 the farthest is 10; then 5 halves what is left.
    expect(spread(line(0, 1, 5, 9, 10), [], 3)).toEqual([0, 4, 2])
  })

  test('keep their distance to what is chosen already, and do not name it again', () => {
    expect(spread(line(0, 1, 5, 9, 10), [4], 2)).toEqual([0, 2])
    expect(spread(line(0, 1, 5, 9, 10), [0, 4, 2], 1)).toEqual([1])
  })

  test('of equals the first', () => {
    expect(spread(line(5, 0, 10), [0], 1)).toEqual([1])
    expect(spread(line(3, 3, 3), [], 3)).toEqual([0, 1, 2])
  })

  test('are no more than there are', () => {
    expect(spread(line(1, 2), [], 5)).toHaveLength(2)
    expect(spread([], [], 2)).toEqual([])
    expect(spread(line(1, 2), [0, 1], 2)).toEqual([])
  })

  test('measure the distance in all dimensions', () => {
    const points = [Float32Array.of(0, 0), Float32Array.of(3, 0), Float32Array.of(3, 4)]
    expect(spread(points, [0], 1)).toEqual([2])
  })

  test('a chosen point that does not exist is an error', () => {
    expect(() => spread(line(1), [3], 1)).toThrow(RangeError)
  })
})
