import { readFile } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { DeviceError } from '../../../../functions/gpu/onnx/device.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { add, cast } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'
import { mapping } from '../../../../functions/gpu/stylegan/mapping.ts'
import { synthesis } from '../../../../functions/gpu/stylegan/synthesis.ts'
import { readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'

// SwiftShader has no float16 (Vulkan's shaderFloat16), like some graphics hardware.
const engine = openEngine({ device: 'webgpu' })
afterAll(() => engine.close())

const refusal = /cannot compute with float16 .* compute with float32, or choose another device/

test('a device without float16 refuses the network in float16, and says what to do', async () => {
  const weights = readGenerator(await readFile('models/avatars/generator.safetensors'))
  const w = mapping(weights, input('z', 'float32', [1, weights.latentLength]))
  const { image } = synthesis(weights, w, 'constant', 'float16')
  const attempt = engine.load(buildModel({ name: 'half', outputs: { image } }).bytes)
  await expect(attempt).rejects.toThrow(DeviceError)
  await expect(attempt).rejects.toThrow(refusal)
})

test('it says the same where it notices while running, and goes on with float32', async () => {
  const x = input('x', 'float32', [2])
  const half = await engine.load(
    buildModel({ name: 'half', outputs: { y: cast(add(cast(x, 'float16'), 1), 'float32') } }).bytes,
  )
  await expect(half.run({ x: float32(Float32Array.of(1, 2)) })).rejects.toThrow(refusal)
  const whole = await engine.load(buildModel({ name: 'whole', outputs: { y: add(x, 1) } }).bytes)
  const { results } = await whole.run({ x: float32(Float32Array.of(1, 2)) })
  expect([...float32Data(results.y, 'y')]).toEqual([2, 3])
})
