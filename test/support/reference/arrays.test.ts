import { describe, expect, test } from 'vitest'
import { closeTo } from '../close.ts'
import { add, broadcastTo, clamp, div, exp, leakyRelu, mul, pow, relu, sigmoid, sub, where } from './elementwise.ts'
import { finiteDifferences } from './finiteDifferences.ts'
import { concat, gather, gatherElements, pad, reshape, slice, transpose } from './layout.ts'
import { matmul } from './linear.ts'
import { at, indicesOf, ndArray, scalar } from './ndArray.ts'
import { batchNorm, batchStatistics } from './normalization.ts'
import { argMax, crossEntropy, largest, logSoftmax, mean, smallest, softmax, sum } from './reductions.ts'

const vector = (...values: number[]) => ndArray([values.length], values)
const counting = (...shape: number[]) => {
  const size = shape.reduce((product, length) => product * length, 1)
  return ndArray(shape, [...Array(size).keys()])
}

describe('arrays', () => {
  test('list their indices in row-major order', () => {
    expect([...indicesOf([2, 3])].map((index) => index.join(''))).toEqual(['00', '01', '02', '10', '11', '12'])
    expect([...indicesOf([])]).toEqual([[]])
    expect([...indicesOf([2, 0])]).toEqual([])
  })

  test('refuse indices out of range and values that do not fill the shape', () => {
    expect(at(counting(2, 3), [1, 2])).toBe(5)
    for (const index of [[0, 3], [2, 0], [-1, 0], [0], [0, 0, 0]]) {
      expect(() => at(counting(2, 3), index)).toThrow(RangeError)
    }
    expect(() => ndArray([2, 2], [1, 2, 3])).toThrow('shape [2,2] does not hold 3 values')
  })
})

describe('elementwise', () => {
  test('combines a column and a row into a table', () => {
    expect(sub(ndArray([2, 1], [10, 20]), vector(1, 2, 3))).toEqual(ndArray([2, 3], [9, 8, 7, 19, 18, 17]))
    expect(add(scalar(1), counting(1, 2))).toEqual(ndArray([1, 2], [1, 2]))
    expect(broadcastTo(vector(1, 2), [2, 2])).toEqual(ndArray([2, 2], [1, 2, 1, 2]))
    expect(() => mul(counting(2), counting(3))).toThrow('shapes [2] and [3] do not combine')
  })

  test('applies functions of one number', () => {
    const x = vector(-2, 0, 3)
    expect(relu(x)).toEqual(vector(0, 0, 3))
    expect(leakyRelu(x, 0.5)).toEqual(vector(-1, 0, 3))
    expect(clamp(x, -1, 1)).toEqual(vector(-1, 0, 1))
    closeTo(sigmoid(vector(0, Math.log(3), -Math.log(3))).data, [1 / 2, 3 / 4, 1 / 4], 1e-15)
    expect(pow(vector(2, 9), vector(3, 0.5))).toEqual(vector(8, 3))
    expect(div(vector(1, -3), scalar(2))).toEqual(vector(0.5, -1.5))
  })

  test('chooses by a condition', () => {
    expect(where(ndArray([2, 1], [1, 0]), vector(1, 2), scalar(9))).toEqual(ndArray([2, 2], [1, 2, 9, 9]))
  })
})

describe('layout', () => {
  test('transposes', () => {
    expect(transpose(counting(2, 3))).toEqual(ndArray([3, 2], [0, 3, 1, 4, 2, 5]))
    // Axis 0 of the result is axis 1 of the array, axis 1 is axis 2, axis 2 is axis 0.
    const turned = transpose(counting(2, 3, 4), [1, 2, 0])
    expect(turned.shape).toEqual([3, 4, 2])
    expect(at(turned, [2, 3, 1])).toBe(1 * 12 + 2 * 4 + 3)
    expect(at(turned, [1, 0, 1])).toBe(1 * 12 + 1 * 4)
  })

  test('reshapes, working out one length', () => {
    expect(reshape(counting(2, 6), [3, -1]).shape).toEqual([3, 4])
    expect(() => reshape(counting(2, 3), [4, -1])).toThrow(RangeError)
  })

  test('concatenates', () => {
    expect(concat([counting(2, 2), ndArray([2, 1], [8, 9])], -1)).toEqual(ndArray([2, 3], [0, 1, 8, 2, 3, 9]))
    expect(() => concat([counting(2, 2), counting(3, 3)], 0)).toThrow('do not concatenate')
  })

  test('slices as Python does', () => {
    const x = vector(0, 1, 2, 3, 4)
    expect(slice(x, [{ axis: 0, start: 1, end: 100, step: 2 }])).toEqual(vector(1, 3))
    expect(slice(x, [{ axis: 0, start: -2, end: 5 }])).toEqual(vector(3, 4))
    expect(slice(x, [{ axis: 0, start: -1, end: -100, step: -2 }])).toEqual(vector(4, 2, 0))
    expect(slice(x, [{ axis: 0, start: 3, end: 1 }])).toEqual(vector())
    expect(slice(counting(2, 3), [{ axis: 1, start: 1, end: 2 }])).toEqual(ndArray([2, 1], [1, 4]))
  })

  test('gathers whole slices and single elements', () => {
    const rows = gather(counting(3, 2), ndArray([1, 2], [2, -3]), 0)
    expect(rows).toEqual(ndArray([1, 2, 2], [4, 5, 0, 1]))
    expect(gather(counting(2, 3), scalar(1), 1)).toEqual(vector(1, 4))
    expect(gatherElements(counting(2, 3), ndArray([2, 1], [2, -2]), 1)).toEqual(ndArray([2, 1], [2, 4]))
    expect(() => gather(counting(3), scalar(3), 0)).toThrow(RangeError)
  })

  test('pads with a value, with the border and with a mirror', () => {
    expect(pad(vector(1, 2, 3), [1, 2], 'constant', 9)).toEqual(vector(9, 1, 2, 3, 9, 9))
    expect(pad(vector(1, 2, 3), [1, 2], 'edge')).toEqual(vector(1, 1, 2, 3, 3, 3))
    expect(pad(vector(1, 2, 3), [2, 1], 'reflect')).toEqual(vector(3, 2, 1, 2, 3, 2))
    // Before every axis first, then after every axis.
    expect(pad(ndArray([1, 1], [5]), [1, 0, 0, 1])).toEqual(ndArray([2, 2], [0, 0, 5, 0]))
  })
})

describe('matmul', () => {
  test('multiplies matrices', () => {
    const product = matmul(ndArray([2, 3], [1, 2, 3, 4, 5, 6]), ndArray([3, 2], [7, 8, 9, 10, 11, 12]))
    expect(product).toEqual(ndArray([2, 2], [58, 64, 139, 154]))
  })

  test('multiplies batches, one matrix for all or one for each', () => {
    const turns = ndArray([2, 2, 2], [1, 0, 0, 1, 0, -1, 1, 0])
    expect(matmul(turns, ndArray([2, 1], [3, 4]))).toEqual(ndArray([2, 2, 1], [3, 4, -4, 3]))
    expect(matmul(ndArray([2, 1, 1, 2], [1, 2, 3, 4]), ndArray([2, 2, 1], [1, 1, 1, -1]))).toEqual(
      ndArray([2, 2, 1, 1], [3, -1, 7, -1]),
    )
    expect(() => matmul(counting(2, 3), counting(2, 3))).toThrow('[2,3] times [2,3]')
  })
})

describe('reductions', () => {
  const table = ndArray([2, 3], [1, 5, 3, -4, 0, 10])

  test('reduce along the axes named, or all', () => {
    expect(sum(table)).toEqual(scalar(15))
    expect(sum(table, [0])).toEqual(vector(-3, 5, 13))
    expect(mean(table, [-1], true)).toEqual(ndArray([2, 1], [3, 2]))
    expect(largest(table, [1])).toEqual(vector(5, 10))
    expect(smallest(table, [0])).toEqual(vector(-4, 0, 3))
    expect(sum(counting(2, 3, 2), [0, 2])).toEqual(vector(0 + 1 + 6 + 7, 2 + 3 + 8 + 9, 4 + 5 + 10 + 11))
  })

  test('find the first of the largest', () => {
    expect(argMax(ndArray([2, 3], [1, 7, 7, 2, 2, 2]), 1)).toEqual(vector(1, 0))
  })

  test('turn logarithms of odds into probabilities, however large', () => {
    const odds = ndArray([2, 3], [Math.log(1), Math.log(2), Math.log(5), 1000, 1000, -1000])
    closeTo(softmax(odds, 1).data, [1 / 8, 2 / 8, 5 / 8, 1 / 2, 1 / 2, 0], 1e-15)
    closeTo(exp(logSoftmax(odds, 1)).data, softmax(odds, 1).data, 1e-15)
    closeTo(logSoftmax(odds, 1).data.slice(3), [-Math.LN2, -Math.LN2, -2000 - Math.LN2], 1e-12)
  })

  test('measure the surprise at a label', () => {
    const logits = ndArray([2, 3], [Math.log(1), Math.log(2), Math.log(5), 0, 0, 0])
    closeTo(crossEntropy(logits, vector(1, 2)).data, [Math.log(4), Math.log(3)], 1e-15)
  })
})

describe('batch norm', () => {
  // Channel 0 holds 1, 3, 5, 7: mean 4, variance 5. Channel 1 holds 0, 0, 2, 2: mean 1, variance 1.
  const batch = ndArray([2, 2, 2], [1, 3, 0, 0, 5, 7, 2, 2])

  test('takes mean and variance of each channel over the batch', () => {
    expect(batchStatistics(batch)).toEqual({ mean: vector(4, 1), variance: vector(5, 1) })
    expect(batchStatistics(transpose(batch, [0, 2, 1]), -1)).toEqual({ mean: vector(4, 1), variance: vector(5, 1) })
  })

  test('brings each channel to mean 0 and variance 1, then scales and shifts it', () => {
    const scaled = batchNorm(batch, {
      scale: vector(3, 1),
      bias: vector(0, 10),
      statistics: batchStatistics(batch),
      // Makes the deviations 3 and √5.
      epsilon: 4,
    })
    const s = Math.sqrt(5)
    closeTo(scaled.data, [-3, -1, 10 - 1 / s, 10 - 1 / s, 1, 3, 10 + 1 / s, 10 + 1 / s], 1e-14)
  })
})

describe('finite differences', () => {
  test('find the gradient of a polynomial and of a product of exponentials', () => {
    const x = ndArray([2, 2], [1, -2, 0.5, 3])
    const cubes = finiteDifferences((array) => at(sum(mul(array, mul(array, array))), []), x)
    expect(cubes.shape).toEqual([2, 2])
    closeTo(
      cubes.data,
      x.data.map((value) => 3 * value ** 2),
      1e-8,
    )
    const value = Math.exp(2.5)
    closeTo(finiteDifferences((array) => Math.exp(at(sum(array), [])), x).data, [value, value, value, value], 1e-8)
    expect(x).toEqual(ndArray([2, 2], [1, -2, 0.5, 3]))
  })
})
