import { cast } from '../../../../../functions/gpu/onnx/ops/elementwise.ts'
import * as ops from '../../../../../functions/gpu/onnx/ops/reduce.ts'
import * as exact from '../../../../support/reference/reductions.ts'
import { distinct, numbers, type OpCase } from './opCase.ts'

const reductions = [
  ['reduceSum', ops.reduceSum, exact.sum],
  ['reduceMean', ops.reduceMean, exact.mean],
  ['reduceMax', ops.reduceMax, exact.largest],
  ['reduceMin', ops.reduceMin, exact.smallest],
] as const

const ways: readonly (readonly [shape: readonly number[], axes?: readonly number[], keepDimensions?: boolean])[] = [
  [[2, 3, 4]],
  [[2, 3, 4], [1]],
  [[2, 3, 4], [-1, 0], true],
  [[2, 3, 4], [0, 1, 2], true],
  [[3, 1, 2], [1]],
  [[3, 1, 2], [1], true],
  [[]],
  [[3, 2], []],
]

export const reduceCases: readonly OpCase[] = [
  ...reductions.flatMap(([name, graph, reference]) =>
    ways.map(
      ([shape, axes, keepDimensions], seed): OpCase => ({
        name: `${name} of [${shape}] over ${axes === undefined ? 'all' : `[${axes}]`}${keepDimensions ? ', kept' : ''}`,
        inputs: [distinct(500 + seed, shape)],
        graph: (x) => graph(x, axes, { keepDimensions: keepDimensions ?? false }),
        reference: (x) => reference(x, axes, keepDimensions),
      }),
    ),
  ),
  {
    name: 'argMax along a middle axis',
    inputs: [distinct(520, [2, 5, 3])],
    graph: (x) => cast(ops.argMax(x, 1), 'float32'),
    reference: (x) => exact.argMax(x, 1),
  },
  {
    name: 'argMax along the last axis, kept',
    inputs: [distinct(521, [3, 4])],
    graph: (x) => cast(ops.argMax(x, -1, { keepDimensions: true }), 'float32'),
    reference: (x) => exact.argMax(x, -1, true),
  },
  {
    name: 'asScalar',
    inputs: [numbers(522, [1, 1])],
    graph: ops.asScalar,
    reference: (x) => ({ shape: [], data: x.data }),
  },
  {
    name: 'sum of the largest 3 of 7',
    inputs: [distinct(523, [2, 7])],
    graph: (x) => ops.reduceSum(ops.largest(x, 3), [-1]),
    reference: (x) =>
      exact.reduce(
        x,
        (group) =>
          group
            .toSorted((left, right) => right - left)
            .slice(0, 3)
            .reduce((sum, value) => sum + value),
        [-1],
      ),
    withoutGradient: 'TopK',
  },
]
