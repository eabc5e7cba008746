import { afterAll, describe, expect, test } from 'vitest'
import { gradients } from '../../../../functions/gpu/onnx/autodiff.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32 } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { convolution } from '../../../../functions/gpu/onnx/ops/convolution.ts'
import { mul } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { maxPool, type PoolingOptions } from '../../../../functions/gpu/onnx/ops/pooling.ts'
import { reduceSum } from '../../../../functions/gpu/onnx/ops/reduce.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'
import { closeTo } from '../../../support/close.ts'
import { evaluate } from './evaluate.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

async function slopesOfMaxima(image: readonly number[][], slopes: readonly number[], options: PoolingOptions) {
  const shape = [1, 1, image.length, image[0]?.length ?? 0]
  const x = input('x', 'float32', shape)
  const y = maxPool(x, options)
  const [slope] = gradients(reduceSum(mul(y, input('slopes', 'float32', y.shape))), [x])
  if (slope === undefined) throw new TypeError('no gradient')
  const found = await evaluate(
    engine,
    { slope },
    {
      x: float32(Float32Array.from(image.flat()), shape),
      slopes: float32(Float32Array.from(slopes), y.shape.map(Number)),
    },
  )
  return found.slope
}

describe('of equal largest values the first in reading order gets the gradient, as in PyTorch', () => {
  test('in a dark image, padding included', async () => {
    const dark = Array.from({ length: 4 }, () => [0, 0, 0, 0])
    const options = { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } as const
    // Windows begin at rows and columns −1 and 1; what lies outside the image never wins.
    expect(await slopesOfMaxima(dark, [1, 2, 3, 4], options)).toEqual([1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  test('where a later row has an earlier column', async () => {
    const image = [
      [0, 0, 7],
      [7, 0, 0],
      [0, 7, 7],
    ]
    expect(await slopesOfMaxima(image, [5], { kernel: [3, 3] })).toEqual([0, 0, 5, 0, 0, 0, 0, 0, 0])
  })

  test('in windows that share it', async () => {
    const options = { kernel: [1, 2], strides: [1, 1] } as const
    expect(await slopesOfMaxima([[3, 3, 3, 1]], [1, 10, 100], options)).toEqual([1, 10, 100, 0])
  })
})

describe('a kernel whose outer elements meet padding only', () => {
  const x = input('x', 'float32', [1, 2, 4, 4])
  const weight = input('weight', 'float32', [3, 2, 3, 3])
  const options = { dilations: [4, 4], pads: [4, 4, 4, 4] } as const

  test('costs as much as its middle', () => {
    const { node } = convolution(x, weight, undefined, options)
    expect(node.kind === 'operator' && node.inputs[1]?.shape).toEqual([3, 2, 1, 1])
  })

  test('has a gradient of zero there', async () => {
    const slope = gradients(reduceSum(convolution(x, weight, undefined, options)), [weight])[0]
    if (slope === undefined) throw new TypeError('no gradient')
    const ones = float32(new Float32Array(32).fill(0.5), [1, 2, 4, 4])
    const { slope: found = [] } = await evaluate(
      engine,
      { slope },
      { x: ones, weight: float32(new Float32Array(54), [3, 2, 3, 3]) },
    )
    // 16 pixels of 0.5 under the middle of each kernel.
    closeTo(found, Array.from({ length: 6 }, () => [0, 0, 0, 0, 8, 0, 0, 0, 0]).flat(), 1e-5)
  })
})
