import { expect, test } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from '../../../../functions/gpu/onnx/checkpoint.ts'
import type { FitCheckpoint } from '../../../../functions/gpu/onnx/fit.ts'
import { float32 } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { letGo } from '../../../../functions/gpu/onnx/letGo.ts'

const circumstances = { device: 'cpu', runtimeVersion: '1', threads: '2' }
const checkpoint = (): FitCheckpoint => ({
  state: { step: 3, tensors: new Map([['w', float32(Float32Array.of(1, 2, 3), [3])]]) },
  best: new Map([['w', float32(Float32Array.of(4, 5, 6), [3])]]),
  history: [],
})

test('an array that is let go is empty, and so is all that shares its memory', () => {
  const array = Float32Array.of(1, 2, 3)
  const shared = new Uint8Array(array.buffer, 4)
  letGo([array])
  expect([array.length, shared.length]).toEqual([0, 0])
})

test('what is empty already stays so', () => {
  const array = new Float32Array(2)
  letGo([array, array])
  expect(array).toHaveLength(0)
})

test('a checkpoint that takes the state over holds the same, and leaves the best weights', () => {
  const given = checkpoint()
  const file = encodeCheckpoint(given, circumstances, { handOver: true })
  expect(file).toEqual(encodeCheckpoint(checkpoint(), circumstances))
  expect(decodeCheckpoint(file).checkpoint).toEqual(checkpoint())
  expect(given.state.tensors.get('w')?.data).toHaveLength(0)
  expect(given.best.get('w')?.data).toEqual(Float32Array.of(4, 5, 6))
})
