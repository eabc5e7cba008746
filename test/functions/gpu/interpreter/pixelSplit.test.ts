import { describe, expect, test } from 'vitest'
import { InterpreterError } from '../../../../functions/gpu/interpreter/ensemble.ts'
import { minibatches, pickPixels, pickRows, splitPixels } from '../../../../functions/gpu/interpreter/pixelSplit.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'

const counting = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

describe('splitting pixels', () => {
  test('puts each pixel on one side, the share of the held-out ones rounded down', () => {
    const { training, heldOut } = splitPixels(105, 0.1, 3)
    expect(heldOut.length).toBe(10)
    expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual(counting(105))
  })

  test('leaves at least one on either side', () => {
    for (const [count, share] of [
      [10, 0],
      [10, 1],
      [2, 0.5],
    ] as const) {
      const { training, heldOut } = splitPixels(count, share, 0)
      expect(training.length).toBeGreaterThanOrEqual(1)
      expect(heldOut.length).toBeGreaterThanOrEqual(1)
      expect(training.length + heldOut.length).toBe(count)
    }
  })

  test('puts a single pixel on both sides, and none is an error', () => {
    expect(splitPixels(1, 0.1, 0)).toEqual({ training: Uint32Array.of(0), heldOut: Uint32Array.of(0) })
    expect(() => splitPixels(0, 0.1, 0)).toThrow(InterpreterError)
  })

  test('depends on the seed alone', () => {
    expect(splitPixels(50, 0.2, 7)).toEqual(splitPixels(50, 0.2, 7))
    expect(splitPixels(50, 0.2, 7)).not.toEqual(splitPixels(50, 0.2, 8))
  })
})

test('rows are picked in the order in which they are named', () => {
  const features = Float32Array.of(0, 1, 10, 11, 20, 21)
  expect([...pickRows(features, 2, Uint32Array.of(2, 0))]).toEqual([20, 21, 0, 1])
  const picked = pickPixels({ features, pixels: 3, length: 2 }, Uint32Array.of(1))
  expect(picked).toEqual({ features: Float32Array.of(10, 11), pixels: 1, length: 2 })
})

describe('minibatches', () => {
  const random = createRandom(1, 'test')
  const pools = [Uint32Array.of(3, 5, 7), Uint32Array.of(100)]

  test('draw for each step and pool from the pool’s own pixels', () => {
    const drawn = minibatches(random, pools, 0, 40, 8)
    expect(drawn.length).toBe(40 * 2 * 8)
    const ofPool = (pool: number) => new Set(drawn.filter((_, place) => Math.floor(place / 8) % 2 === pool))
    expect([...ofPool(0)].sort()).toEqual([3, 5, 7])
    expect([...ofPool(1)]).toEqual([100])
  })

  test('of a step are the same whichever step came first', () => {
    const whole = minibatches(random, pools, 0, 10, 4)
    expect(minibatches(random, pools, 6, 4, 4)).toEqual(whole.slice(6 * 2 * 4))
  })
})
