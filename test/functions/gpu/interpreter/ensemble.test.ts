import { describe, expect, test } from 'vitest'
import {
  decodeEnsemble,
  type EnsembleShape,
  encodeEnsemble,
  ensembleTensor,
  hiddenWidths,
  InterpreterError,
  initialEnsemble,
  parameterShapes,
  statisticShapes,
} from '../../../../functions/gpu/interpreter/ensemble.ts'
import {
  readSafetensors,
  SafetensorsError,
  type StoredTensor,
  writeSafetensors,
} from '../../../../functions/gpu/onnx/safetensors.ts'

const shape: EnsembleShape = { members: 3, features: 7, hidden: [6, 5], parts: 4 }
const ensemble = initialEnsemble(shape, 1)
const file = encodeEnsemble(ensemble, { labels: 'test' })
const names = Object.keys({ ...parameterShapes(shape), ...statisticShapes(shape) })

const edited = (name: string, tensor?: StoredTensor): Uint8Array => {
  const tensors = new Map(readSafetensors(file).tensors)
  if (tensor === undefined) tensors.delete(name)
  else tensors.set(name, tensor)
  return writeSafetensors(tensors)
}
const refuses = (bytes: Uint8Array, message: string | RegExp): void => {
  expect(() => decodeEnsemble(bytes)).toThrow(InterpreterError)
  expect(() => decodeEnsemble(bytes)).toThrow(message)
}

test('a classifier is as wide as the published one: 128 and 32 below 32 parts, 256 and 128 from there', () => {
  expect([2, 31, 32, 256].map(hiddenWidths)).toEqual([
    [128, 32],
    [128, 32],
    [256, 128],
    [256, 128],
  ])
})

describe('first weights', () => {
  test('are normal draws of deviation 0.02, biases zero, normalization neutral', () => {
    const large = initialEnsemble({ members: 2, features: 200, hidden: [100, 10], parts: 3 }, 5)
    const weights = ensembleTensor(large, 'weight1')
    const mean = weights.reduce((sum, value) => sum + value, 0) / weights.length
    const variance = weights.reduce((sum, value) => sum + (value - mean) ** 2, 0) / weights.length
    // Four standard errors of 40,000 draws.
    expect(Math.abs(mean)).toBeLessThan((4 * 0.02) / 200)
    expect(Math.abs(Math.sqrt(variance) - 0.02)).toBeLessThan((4 * 0.02) / Math.sqrt(2 * 40_000))
    for (const name of ['bias1', 'bias2', 'bias3', 'shift1', 'shift2', 'mean1', 'mean2'])
      expect(new Set(ensembleTensor(large, name))).toEqual(new Set([0]))
    for (const name of ['scale1', 'scale2', 'variance1', 'variance2'])
      expect(new Set(ensembleTensor(large, name))).toEqual(new Set([1]))
  })

  test('depend on the seed, and differ from member to member', () => {
    expect(initialEnsemble(shape, 1)).toEqual(ensemble)
    expect(initialEnsemble(shape, 2)).not.toEqual(ensemble)
    const weights = ensembleTensor(ensemble, 'weight1')
    expect(weights.slice(0, 42)).not.toEqual(weights.slice(42, 84))
  })
})

describe('an ensemble’s file', () => {
  test('gives the ensemble back', () => {
    expect(decodeEnsemble(file)).toEqual(ensemble)
    expect(readSafetensors(file).metadata).toEqual({ labels: 'test' })
  })

  test.each(names)('without %s is refused by that name', (name) => refuses(edited(name), `has no ${name}`))

  test.each([
    ['weight1', [3, 7], '[3,7], expected [3,7,0]'],
    ['weight2', [3, 5, 5], '[3,5,5], expected [3,6,5]'],
    ['bias3', [3, 4, 1], '[3,4,1], expected [3,1,4]'],
    ['mean1', [2, 1, 6], '[2,1,6], expected [3,1,6]'],
    ['weight3', [3, 5, 0], '[3,5,0], expected [3,5,0]'],
  ])('with %s of shape %o is refused', (name, axes, message) => {
    const length = axes.reduce((product, axis) => product * axis, 1)
    refuses(edited(name, { dtype: 'F32', shape: axes, data: new Float32Array(length) }), `${name} has shape ${message}`)
  })

  test('with weights that are not finite, or no floats, is refused by their name', () => {
    const nan = new Float32Array(18).fill(Number.NaN, 4, 5)
    refuses(edited('shift1', { dtype: 'F32', shape: [3, 1, 6], data: nan }), "tensor 'shift1' holds NaN at position 4")
    refuses(edited('shift1', { dtype: 'I32', shape: [3, 1, 6], data: new Int32Array(18) }), /shift1.* has dtype I32/)
  })

  test('that was cut short is a SafetensorsError', () => {
    for (const length of [0, 30, file.length - 1])
      expect(() => decodeEnsemble(file.slice(0, length)), `${length} bytes`).toThrow(SafetensorsError)
  })
})
