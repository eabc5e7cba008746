import { afterAll, describe, expect, test } from 'vitest'
import { gradients } from '../../../../functions/gpu/onnx/autodiff.ts'
import { constant } from '../../../../functions/gpu/onnx/constant.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import * as ops from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { gather, split } from '../../../../functions/gpu/onnx/ops/layout.ts'
import { reduceMax, reduceSum } from '../../../../functions/gpu/onnx/ops/reduce.ts'
import { softmaxCrossEntropy } from '../../../../functions/gpu/onnx/ops/softmax.ts'
import { scan } from '../../../../functions/gpu/onnx/scan.ts'
import { GraphError, input, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { closeTo } from '../../../support/close.ts'
import { evaluate } from './evaluate.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

const x = input('x', 'float32', [3])
const y = input('y', 'float32', [3])

/** dΣf/dx and, where f reads it, dΣf/dy. */
async function slopes(of: Tensor, xValues: readonly number[], yValues?: readonly number[]) {
  const parameters = yValues === undefined ? [x] : [x, y]
  const [alongX, alongY] = gradients(reduceSum(of), parameters)
  if (alongX === undefined) throw new TypeError('no gradient came back')
  const outputs = alongY === undefined ? { alongX } : { alongX, alongY }
  const { alongX: first, alongY: second } = await evaluate(
    engine,
    outputs,
    yValues === undefined ? { x: xValues } : { x: xValues, y: yValues },
  )
  return [first, second]
}

describe('where a derivative does not exist, the gradient is', () => {
  test('half for each side of equal values under maximum and minimum', async () => {
    expect(await slopes(ops.maximum(x, y), [1, 2, 3], [3, 2, 1])).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ])
    expect(await slopes(ops.minimum(x, y), [1, 2, 3], [3, 2, 1])).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ])
  })

  test('shared by equal largest values of a reduction', async () => {
    expect(await slopes(reduceMax(x), [2, 1, 2])).toEqual([[0.5, 0, 0.5], undefined])
  })

  test('zero for abs and relu at 0, the slope for leakyRelu, zero on the limits of clamp', async () => {
    expect(await slopes(ops.abs(x), [-2, 0, 2])).toEqual([[-1, 0, 1], undefined])
    expect(await slopes(ops.relu(x), [-2, 0, 2])).toEqual([[0, 0, 1], undefined])
    expect(await slopes(ops.leakyRelu(x, 0.25), [-2, 0, 2])).toEqual([[0.25, 0.25, 1], undefined])
    expect(await slopes(ops.clamp(x, -1, 1), [-1, 0, 1])).toEqual([[0, 1, 0], undefined])
  })

  test('infinite for sqrt at 0, as the derivative is', async () => {
    expect(await slopes(ops.sqrt(x), [0, 1, 4])).toEqual([[Number.POSITIVE_INFINITY, 0.5, 0.25], undefined])
  })
})

describe('stopGradient', () => {
  test('makes a factor a constant', async () => {
    expect(await slopes(ops.mul(x, ops.stopGradient(x)), [1, 2, 3])).toEqual([[1, 2, 3], undefined])
  })

  test('gives zeros to what is read only through it', async () => {
    expect(await slopes(ops.mul(x, ops.stopGradient(y)), [1, 2, 3], [4, 5, 6])).toEqual([
      [4, 5, 6],
      [0, 0, 0],
    ])
  })
})

describe('softmaxCrossEntropy stays finite and right', () => {
  const classes = constant(Int32Array.of(0, 1, 2))
  const rows = input('rows', 'float32', [3, 3])
  const loss = softmaxCrossEntropy(rows, classes)
  const [gradient = loss] = gradients(reduceSum(loss), [rows])
  const run = (values: readonly number[]) =>
    evaluate(engine, { loss, gradient }, { rows: { dtype: 'float32', shape: [3, 3], data: Float32Array.from(values) } })

  test('for logits whose exponentials overflow', async () => {
    const near = 1 / (1 + Math.exp(-1))
    const results = await run([1000, -1000, 999, 1000, -1000, 999, 1000, -1000, 999])
    const common = Math.log1p(Math.exp(-1))
    closeTo(results.loss ?? [], [common, 2000 + common, 1 + common], 1e-4)
    const softmax = [near, 0, 1 - near]
    closeTo(
      results.gradient ?? [],
      [0, 1, 2].flatMap((target) => softmax.map((share, index) => share - Number(index === target))),
      1e-6,
    )
  })

  test('where a class is ruled out by −∞', async () => {
    const out = Number.NEGATIVE_INFINITY
    const results = await run([0, 0, out, 0, 0, out, out, out, 5])
    closeTo(results.loss ?? [], [Math.LN2, Math.LN2, 0], 1e-6)
    closeTo(results.gradient ?? [], [-0.5, 0.5, 0, 0.5, -0.5, 0, 0, 0, 0], 1e-6)
  })
})

test('the gradient of gather counts thousands of repeated indices exactly, on several threads', async () => {
  const table = input('table', 'float32', [3, 64])
  const indices = Int32Array.from({ length: 30_000 }, (_, index) => (index * index) % 3)
  const [gradient = table] = gradients(reduceSum(gather(table, constant(indices))), [table])
  const results = await evaluate(engine, { gradient })
  // Squares leave 0 or 1 when divided by 3, one time and two times out of three.
  const counts = [10_000, 20_000, 0]
  expect(results.gradient).toEqual(counts.flatMap((count) => new Array<number>(64).fill(count)))
})

test('a chain of 20,000 nodes is differentiated and written without overflowing the stack', () => {
  const start = input('start', 'float32', [])
  let end: Tensor = start
  for (let step = 0; step < 20_000; step += 1) end = ops.add(end, start)
  const [gradient = end] = gradients(end, [start])
  expect(buildModel({ name: 'deep', outputs: { gradient } }).bytes.length).toBeGreaterThan(0)
})

test('a parameter in the middle of the graph gets its total derivative', async () => {
  const middle = ops.mul(x, 2)
  const loss = reduceSum(ops.add(ops.mul(middle, middle), middle))
  const [alongMiddle = loss, alongX = loss] = gradients(loss, [middle, x])
  expect(await evaluate(engine, { alongMiddle, alongX }, { x: [0, 1, 2] })).toEqual({
    alongMiddle: [1, 5, 9],
    alongX: [2, 10, 18],
  })
})

test('gradients can be taken of gradients', async () => {
  const [first = x] = gradients(reduceSum(ops.mul(x, ops.mul(x, x))), [x])
  const [second = x] = gradients(reduceSum(first), [x])
  expect(await evaluate(engine, { second }, { x: [1, 2, -3] })).toEqual({ second: [6, 12, -18] })
})

describe('gradients refuses', () => {
  const [used, unused] = split(x, 0, [1, 2])
  const looped = (captured: Tensor) =>
    scan({
      states: [constant(Float32Array.of(0))],
      scanned: [x],
      body: ([sum = x], [slice = x]) => ({ states: [ops.add(sum, ops.mul(slice, captured))], stacked: [] }),
    }).states

  test.each<[string, () => unknown, string]>([
    ['a loss of several numbers', () => gradients(x, [x]), 'the loss must be a single number, got float32[3]'],
    [
      'a loss of unknown length',
      () => gradients(input('n', 'float32', ['batch']), []),
      'the loss needs every axis known, got float32[batch]',
    ],
    [
      'a loss of integers',
      () => gradients(input('n', 'int32', []), []),
      'the loss needs floating-point numbers, got int32[]',
    ],
    [
      'a parameter that the loss does not read',
      () => gradients(reduceSum(x), [x, y]),
      'the loss does not depend on parameter 1 (float32[3])',
    ],
    [
      'a result that the loss does not read of a node that it does',
      () => gradients(reduceSum(used ?? x), [unused ?? x]),
      'the loss does not depend on parameter 0 (float32[2])',
    ],
    [
      'to pass through the scanned input of a loop',
      () => gradients(reduceSum(looped(constant(Float32Array.of(1)))[0] ?? x), [x]),
      'gradients cannot pass through a Scan: differentiate its body instead',
    ],
    [
      'to pass through what a loop captures',
      () => {
        const captured = input('captured', 'float32', [1])
        return gradients(reduceSum(looped(captured)[0] ?? x), [captured])
      },
      'gradients cannot pass through a Scan: differentiate its body instead',
    ],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(new GraphError(message))
  })
})

test('a loop that only sees a stopped gradient does not stand in the way', async () => {
  const { stacked } = scan({
    states: [],
    scanned: [ops.stopGradient(x)],
    body: (_, [slice = x]) => ({ states: [], stacked: [ops.mul(slice, 2)] }),
  })
  expect(await slopes(ops.mul(x, stacked[0] ?? x), [1, 2, 3])).toEqual([[2, 4, 6], undefined])
})
