import * as ops from '../../../../../functions/gpu/onnx/ops/elementwise.ts'
import { cos, sin } from '../../../../../functions/gpu/onnx/ops/trigonometry.ts'
import type { Tensor } from '../../../../../functions/gpu/onnx/tensor.ts'
import * as exact from '../../../../support/reference/elementwise.ts'
import type { NdArray } from '../../../../support/reference/ndArray.ts'
import { numbers, type OpCase, whole } from './opCase.ts'

type Unary = readonly [
  name: string,
  graph: (x: Tensor) => Tensor,
  reference: (x: NdArray) => NdArray,
  low?: number,
  high?: number,
]

const unary: readonly Unary[] = [
  ['neg', ops.neg, exact.neg],
  ['exp', ops.exp, exact.exp],
  ['log', ops.log, exact.log, 0.3, 4],
  ['sqrt', ops.sqrt, exact.sqrt, 0.3, 4],
  ['reciprocal', ops.reciprocal, exact.reciprocal, 0.4, 3],
  ['reciprocal of negative numbers', ops.reciprocal, exact.reciprocal, -3, -0.4],
  ['abs', ops.abs, exact.abs],
  ['relu', ops.relu, exact.relu],
  ['sigmoid', ops.sigmoid, exact.sigmoid, -6, 6],
  ['tanh', ops.tanh, exact.tanh],
  ['sin', sin, (x) => exact.map(x, Math.sin), -6, 6],
  ['cos', cos, (x) => exact.map(x, Math.cos), -6, 6],
  ['sign', ops.sign, (x) => exact.map(x, Math.sign)],
  ['floor', ops.floor, (x) => exact.map(x, Math.floor)],
  ['leakyRelu', (x) => ops.leakyRelu(x, 0.2), (x) => exact.leakyRelu(x, 0.2)],
  ['leakyRelu that falls', (x) => ops.leakyRelu(x, -0.5), (x) => exact.leakyRelu(x, -0.5)],
  ['clamp', (x) => ops.clamp(x, -0.7, 1.1), (x) => exact.clamp(x, -0.7, 1.1)],
  ['cast to float64 and back', (x) => ops.cast(ops.cast(x, 'float64'), 'float32'), (x) => x],
  ['cast to int32 and back', (x) => ops.cast(ops.cast(x, 'int32'), 'float32'), (x) => exact.map(x, Math.trunc), -9, 9],
  ['add a number', (x) => ops.add(x, 1.5), (x) => exact.map(x, (value) => value + 1.5)],
  ['sub from a number', (x) => ops.sub(1.5, x), (x) => exact.map(x, (value) => 1.5 - value)],
  ['div a number', (x) => ops.div(1.5, x), (x) => exact.map(x, (value) => 1.5 / value), 0.4, 2],
]

const binary = [
  ['add', ops.add, exact.add],
  ['sub', ops.sub, exact.sub],
  ['mul', ops.mul, exact.mul],
  ['div', ops.div, exact.div],
  ['minimum', ops.minimum, exact.min],
  ['maximum', ops.maximum, exact.max],
] as const

const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[4], [2, 3, 1]],
  [
    [2, 1, 3],
    [1, 4, 3],
  ],
  [[], [2, 2]],
  [[1, 1], [3]],
  [[], []],
]

const comparisons = [
  ['greater', ops.greater, (x: number, y: number) => x > y],
  ['less', ops.less, (x: number, y: number) => x < y],
  ['greaterOrEqual', ops.greaterOrEqual, (x: number, y: number) => x >= y],
  ['lessOrEqual', ops.lessOrEqual, (x: number, y: number) => x <= y],
  ['equal', ops.equal, (x: number, y: number) => x === y],
] as const

export const elementwiseCases: readonly OpCase[] = [
  ...unary.map(
    ([name, graph, reference, low, high], index): OpCase => ({
      name,
      inputs: [numbers(100 + index, index % 3 === 0 ? [] : [2, 5], low, high)],
      graph: (x) => graph(x),
      reference: (x) => reference(x),
    }),
  ),
  ...binary.flatMap(([name, graph, reference], index) =>
    shapes.map(
      ([left, right], shape): OpCase => ({
        name: `${name} of [${left}] and [${right}]`,
        // Away from zero, where division has no derivative.
        inputs: [numbers(200 + index, left, -2, 2), numbers(300 + shape, right, 0.4, 2)],
        graph: (x, y) => graph(x, y),
        reference: (x, y) => reference(x, y),
      }),
    ),
  ),
  ...comparisons.map(
    ([name, graph, holds]): OpCase => ({
      name: `${name} of integers with ties`,
      inputs: [whole('int32', [2, 3], [1, 2, 3, -4, 5, 6]), whole('int32', [3], [1, 3, 2])],
      graph: (x, y) => ops.cast(graph(x, y), 'float32'),
      reference: (x, y) => exact.zip(x, y, (left, right) => Number(holds(left, right))),
    }),
  ),
  {
    name: 'greater has the gradient zero',
    inputs: [numbers(401, [3, 4]), numbers(402, [4])],
    graph: (x, y) => ops.cast(ops.greater(x, y), 'float32'),
    reference: (x, y) => exact.zip(x, y, (left, right) => Number(left > right)),
  },
  {
    name: 'where, all three broadcast',
    inputs: [numbers(403, [3, 1]), numbers(404, [4]), numbers(405, [2, 1, 1])],
    graph: (x, y, z) => ops.where(ops.greater(x, 0), y, z),
    reference: (x, y, z) =>
      exact.where(
        exact.map(x, (value) => Number(value > 0)),
        y,
        z,
      ),
  },
  {
    name: 'where with a plain number',
    inputs: [numbers(406, [3, 4])],
    graph: (x) => ops.where(ops.less(x, 0.5), x, -3),
    reference: (x) => exact.map(x, (value) => (value < 0.5 ? value : -3)),
  },
  {
    name: 'one value used three times',
    inputs: [numbers(407, [3])],
    graph: (x) => ops.add(ops.mul(x, x), ops.exp(x)),
    reference: (x) => exact.map(x, (value) => value * value + Math.exp(value)),
  },
]
