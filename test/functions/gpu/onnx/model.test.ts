import { afterAll, describe, expect, test } from 'vitest'
import { constant, filled, float16Constant, scalar } from '../../../../functions/gpu/onnx/constant.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32 } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { add, cast, mul } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { reshape } from '../../../../functions/gpu/onnx/ops/layout.ts'
import { bilinearResize } from '../../../../functions/gpu/onnx/ops/resize.ts'
import { GraphError, input, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { readOnnx } from '../../../support/onnxFile.ts'
import { evaluate } from './evaluate.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const x = input('x', 'float32', [2])

describe('the file', () => {
  test('names its inputs and outputs as the graph does, and says their types', () => {
    const model = buildModel({ name: 'sum', outputs: { total: add(x, input('y', 'float32', [1])) } })
    expect(model.inputs).toEqual({
      x: { dtype: 'float32', shape: [2] },
      y: { dtype: 'float32', shape: [1] },
    })
    expect(model.outputs).toEqual({ total: { dtype: 'float32', shape: [2] } })
    const { graph } = readOnnx(model.bytes)
    expect(graph.input.map(({ name }) => name)).toEqual(['x', 'y'])
    expect(graph.output.map(({ name }) => name)).toEqual(['total'])
  })

  test('carries producer, operator set and metadata', () => {
    const file = readOnnx(
      buildModel({ name: 'm', outputs: { y: add(x, 1) }, metadata: { licence: 'MIT', parts: 'eye, nose' } }).bytes,
    )
    expect(file.producer_name).toBe('sixteen')
    expect(file.opset_import).toEqual([{ version: 18 }])
    expect(file.metadata_props).toEqual([
      { key: 'licence', value: 'MIT' },
      { key: 'parts', value: 'eye, nose' },
    ])
  })

  test('has the same bytes each time the graph is built', () => {
    const build = () => {
      const start = input('x', 'float32', [2])
      return buildModel({ name: 'm', outputs: { y: add(mul(start, start), filled(2, [2])) } }).bytes
    }
    expect(build()).toEqual(build())
  })

  test('holds only what the outputs read, each node once', () => {
    const square = mul(x, x)
    add(square, 3)
    const { graph } = readOnnx(buildModel({ name: 'm', outputs: { a: add(square, 1), b: add(square, 2) } }).bytes)
    expect(graph.node.map(({ op_type }) => op_type)).toEqual(['Mul', 'Add', 'Add'])
  })

  test('keeps names apart that the caller and the writer both choose', async () => {
    const taken = input('Mul/0', 'float32', [2])
    const first = mul(taken, 3)
    expect(await evaluate(engine, { 'Add/1': add(first, taken), 'Mul/2': first }, { 'Mul/0': [1, 2] })).toEqual({
      'Add/1': [4, 8],
      'Mul/2': [3, 6],
    })
  })

  test('may return an input or a constant as it is', async () => {
    const outputs = { same: x, fixed: constant(Float32Array.of(5)) }
    expect(await evaluate(engine, outputs, { x: [1, 2] })).toEqual({ same: [1, 2], fixed: [5] })
  })

  test('holds float16: the nearest numbers that there are, in two bytes each', async () => {
    const large = float16Constant(Float32Array.from({ length: 1000 }, (_, index) => 1 + index / 2048))
    const few = float16Constant(Float32Array.of(1 / 3, 65504, -(2 ** -24), 1e-9))
    const sum = add(large, scalar(0.5, 'float16'))
    expect(buildModel({ name: 'm', outputs: { sum: cast(sum, 'float32') } }).bytes.length).toBeLessThan(2400)
    const found = await evaluate(engine, { few: cast(few, 'float32'), large: cast(large, 'float32') })
    expect(found.few).toEqual([1365 / 4096, 65504, -(2 ** -24), 0])
    // From 1 to 2 neighbours are 1/1024 apart, and halves go to the even one.
    expect(found.large?.slice(0, 5)).toEqual([1, 1, 1025 / 1024, 1026 / 1024, 1026 / 1024])
  })

  test('tells a shape without axes from an input that is left out', async () => {
    const one = input('one', 'float32', [1])
    const image = input('image', 'float32', [1, 1, 1, 1])
    expect(
      await evaluate(
        engine,
        { number: reshape(one, []), resized: bilinearResize(image, [1, 2]) },
        { one: [7], image: float32(Float32Array.of(3), [1, 1, 1, 1]) },
      ),
    ).toEqual({ number: [7], resized: [3, 3] })
  })

  test('keeps a length open that is known by name only', async () => {
    const batch = input('batch', 'float32', ['batch', 2])
    const session = await engine.load(
      buildModel({ name: 'm', outputs: { y: add(reshape(batch, ['batch', 1, 2]), 1) } }).bytes,
    )
    const shapes = []
    for (const count of [1, 5]) {
      const { results } = await session.run({ batch: float32(new Float32Array(2 * count), [count, 2]) })
      shapes.push(results.y?.shape)
    }
    expect(shapes).toEqual([
      [1, 1, 2],
      [5, 1, 2],
    ])
  })
})

test('a chain of 20,000 nodes is written without overflowing the stack', () => {
  let end: Tensor = x
  for (let step = 0; step < 20_000; step += 1) end = add(end, 1)
  expect(readOnnx(buildModel({ name: 'deep', outputs: { end } }).bytes).graph.node).toHaveLength(20_000)
})

describe('buildModel refuses', () => {
  test.each<[string, Readonly<Record<string, Tensor>>, string]>([
    ['two inputs of one name', { y: add(x, input('x', 'float32', [2])) }, 'two inputs are called x'],
    ['an input and an output of one name', { x: add(x, 1) }, 'an input and an output are both called x'],
    ['an output without a name', { '': add(x, 1) }, 'an output has no name'],
    ['an input without a name', { y: add(input('', 'float32', [2]), 1) }, 'an input has no name'],
    ['a graph without outputs', {}, 'model m has no outputs'],
    [
      'an input of negative length',
      { y: input('z', 'float32', [-1, 2]) },
      'input z cannot be float32[-1, 2]: an axis is a whole number or a name',
    ],
  ])('%s', (_, outputs, message) => {
    expect(() => buildModel({ name: 'm', outputs })).toThrow(new GraphError(message))
  })
})
