import { afterAll, describe, expect, it } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32 } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { matmul } from '../../../../functions/gpu/onnx/ops/linear.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'

describe('the webgpu device', () => {
  const engine = openEngine({ device: 'webgpu' })
  afterAll(() => engine.close())

  it('multiplies matrices', async () => {
    const left = input('left', 'float32', [2, 3])
    const right = input('right', 'float32', [3, 2])
    const { bytes } = buildModel({ name: 'product', outputs: { product: matmul(left, right) } })
    const session = await engine.load(bytes)
    const { results } = await session.run({
      left: float32(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
      right: float32(Float32Array.of(7, 8, 9, 10, 11, 12), [3, 2]),
    })
    expect(results.product?.shape).toEqual([2, 2])
    expect([...(results.product?.data ?? [])]).toEqual([58, 64, 139, 154])
  })
})
