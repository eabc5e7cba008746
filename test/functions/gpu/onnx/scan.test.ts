import { afterAll, describe, expect, test } from 'vitest'
import { gradients } from '../../../../functions/gpu/onnx/autodiff.ts'
import { constant, filled } from '../../../../functions/gpu/onnx/constant.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32 } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { add, exp, mul, sub } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { reduceSum } from '../../../../functions/gpu/onnx/ops/reduce.ts'
import { scan } from '../../../../functions/gpu/onnx/scan.ts'
import { GraphError, input, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { bodyOf, readOnnx } from '../../../support/onnxFile.ts'
import { evaluate } from './evaluate.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const zero = constant(Float32Array.of(0), [1])
const series = input('series', 'float32', [4, 1])
const values = { series: float32(Float32Array.of(1, 2, 3, 4), [4, 1]) }
const none = input('none', 'float32', [])

const operators = (nodes: readonly { readonly op_type: string }[]) => nodes.map(({ op_type }) => op_type)

test('states flow from one iteration to the next, results are stacked', async () => {
  const sums = scan({
    states: [zero],
    scanned: [series],
    body: ([sum = none], [value = none]) => {
      const next = add(sum, value)
      return { states: [next], stacked: [mul(next, 10)] }
    },
  })
  expect(await evaluate(engine, { last: sums.states[0] ?? none, all: sums.stacked[0] ?? none }, values)).toEqual({
    last: [10],
    all: [10, 30, 60, 100],
  })
})

test('several states and scanned tensors keep their order', async () => {
  const factors = input('factors', 'float32', [4])
  const { states, stacked } = scan({
    states: [zero, constant(Float32Array.of(1), [])],
    scanned: [series, factors],
    body: ([sum = none, product = none], [value = none, factor = none]) => ({
      states: [add(sum, mul(value, factor)), mul(product, factor)],
      stacked: [product],
    }),
  })
  expect(
    await evaluate(
      engine,
      { sum: states[0] ?? none, product: states[1] ?? none, before: stacked[0] ?? none },
      { ...values, factors: [1, 2, 3, 4] },
    ),
  ).toEqual({ sum: [30], product: [24], before: [1, 1, 2, 6] })
})

test('the number of iterations may be open until the graph runs', async () => {
  const open = input('open', 'float32', ['steps', 1])
  const { states, stacked } = scan({
    states: [zero],
    scanned: [open],
    body: ([sum = none], [value = none]) => ({ states: [add(sum, value)], stacked: [value] }),
  })
  expect(stacked[0]?.shape).toEqual(['steps', 1])
  const outputs = { last: states[0] ?? none }
  expect(await evaluate(engine, outputs, { open: float32(Float32Array.of(1, 2, 3), [3, 1]) })).toEqual({ last: [6] })
  expect(await evaluate(engine, outputs, { open: float32(Float32Array.of(5), [1, 1]) })).toEqual({ last: [5] })
})

describe('what does not depend on the iteration', () => {
  const outer = input('outer', 'float32', [1])
  const { stacked } = scan({
    states: [],
    scanned: [series],
    // exp(outer) is written inside the body, but is the same in each iteration.
    body: (_, [value = none]) => ({ states: [], stacked: [mul(exp(outer), value)] }),
  })
  const outputs = { y: stacked[0] ?? none }

  test('is computed once, outside of the loop', () => {
    const { graph } = readOnnx(buildModel({ name: 'm', outputs }).bytes)
    expect(operators(graph.node)).toEqual(['Exp', 'Scan'])
    expect(operators(bodyOf(graph.node[1]).node)).toEqual(['Mul'])
  })

  test('has the right value there', async () => {
    const { y } = await evaluate(engine, outputs, { ...values, outer: [0] })
    expect(y).toEqual([1, 2, 3, 4])
  })

  test('includes large constants, which are stored once', () => {
    const large = filled(2, [100])
    const loop = scan({
      states: [],
      scanned: [input('rows', 'float32', [3, 100])],
      body: (_, [row = none]) => ({ states: [], stacked: [add(row, large), mul(row, large)] }),
    })
    const [a = none, b = none] = loop.stacked
    const { graph } = readOnnx(buildModel({ name: 'm', outputs: { a, b } }).bytes)
    expect(graph.initializer.map(({ dims }) => dims)).toEqual([[100]])
    expect(bodyOf(graph.node[0]).initializer).toEqual([])
  })
})

test('a body may return what it captured', async () => {
  const outer = input('outer', 'float32', [1])
  const { states, stacked } = scan({
    states: [zero],
    scanned: [series],
    body: () => ({ states: [outer], stacked: [outer] }),
  })
  expect(
    await evaluate(engine, { state: states[0] ?? none, all: stacked[0] ?? none }, { ...values, outer: [7] }),
  ).toEqual({ state: [7], all: [7, 7, 7, 7] })
})

describe('a loop within a loop', () => {
  const inner = input('inner', 'float32', [2, 1])
  const outer = input('outer', 'float32', [1])
  // Σ over values v of the series: Σ over w of inner: (v² + w) · e^outer
  const { states } = scan({
    states: [zero],
    scanned: [series],
    label: 'outer',
    body: ([total = none], [value = none]) => {
      const nested = scan({
        states: [zero],
        scanned: [inner],
        label: 'inner',
        body: ([sum = none], [other = none]) => ({
          states: [add(sum, mul(add(mul(value, value), other), exp(outer)))],
          stacked: [],
        }),
      })
      return { states: [add(total, nested.states[0] ?? none)], stacked: [] }
    },
  })
  const outputs = { total: states[0] ?? none }

  test('sees the values of both loops and of the outside', async () => {
    const feeds = { ...values, inner: float32(Float32Array.of(10, 20), [2, 1]), outer: [0] }
    // 2·(1 + 4 + 9 + 16) + 4·(10 + 20)
    expect(await evaluate(engine, outputs, feeds)).toEqual({ total: [180] })
  })

  test('leaves to each loop what changes with it', () => {
    const { graph } = readOnnx(buildModel({ name: 'm', outputs }).bytes)
    expect(operators(graph.node)).toEqual(['Exp', 'Scan'])
    const body = bodyOf(graph.node[1])
    expect(operators(body.node)).toEqual(['Mul', 'Scan', 'Add'])
    expect(operators(bodyOf(body.node[1]).node)).toEqual(['Add', 'Mul', 'Add'])
  })
})

test('a body can hold gradients: ten steps of gradient descent on (w − 3)²', async () => {
  const { states } = scan({
    states: [zero],
    scanned: [input('rates', 'float32', [10])],
    body: ([weight = none], [rate = none]) => {
      const error = sub(weight, 3)
      const [slope = none] = gradients(reduceSum(mul(error, error)), [weight])
      return { states: [sub(weight, mul(rate, slope))], stacked: [] }
    },
  })
  const { weight } = await evaluate(engine, { weight: states[0] ?? none }, { rates: new Array<number>(10).fill(0.25) })
  // Each step halves the error: 3 − 3·2⁻¹⁰.
  expect(weight).toEqual([3 - 3 / 1024])
})

describe('scan refuses', () => {
  const twice = input('twice', 'float32', [2])
  const same = ([state = none]: readonly Tensor[]) => ({ states: [state], stacked: [] })

  test.each<[string, () => unknown, string]>([
    [
      'nothing to scan',
      () => scan({ states: [zero], scanned: [], body: same }),
      'Scan needs at least one scanned tensor',
    ],
    [
      'to scan one number',
      () => scan({ states: [zero], scanned: [none], body: same }),
      'Scan walks along the first axis, got float32[]',
    ],
    [
      'scanned tensors of different lengths',
      () => scan({ states: [zero], scanned: [series, twice], body: same }),
      'Scan needs one number of iterations, got float32[4, 1] and float32[2]',
    ],
    [
      'a state that changes its shape',
      () => scan({ states: [zero], scanned: [series], body: () => ({ states: [twice], stacked: [] }) }),
      'Scan state 0 is float32[1], its body returns float32[2]',
    ],
    [
      'a state that changes its element type',
      () =>
        scan({
          states: [zero],
          scanned: [series],
          body: () => ({ states: [constant(Int32Array.of(1))], stacked: [] }),
        }),
      'Scan state 0 is float32[1], its body returns int32[1]',
    ],
    [
      'a body that loses a state',
      () => scan({ states: [zero], scanned: [series], body: () => ({ states: [], stacked: [] }) }),
      'Scan starts with 1 states, its body returns 0',
    ],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(new GraphError(message))
  })

  test('that a value leaves its loop, whether or not the loop is written too', () => {
    const escaped: Tensor[] = []
    const { states } = scan({
      states: [zero],
      scanned: [series],
      body: ([sum = none], [value = none]) => {
        const next = add(sum, value)
        escaped.push(next)
        return { states: [next], stacked: [] }
      },
    })
    const [leaked = none] = escaped
    const message = 'm uses float32[1] from inside a loop that it is not part of'
    expect(() => buildModel({ name: 'm', outputs: { leaked } })).toThrow(new GraphError(message))
    expect(() => buildModel({ name: 'm', outputs: { state: states[0] ?? none, leaked } })).toThrow(
      new GraphError(message),
    )
    expect(() => buildModel({ name: 'm', outputs: { plus: add(leaked, 1) } })).toThrow(GraphError)
  })
})
