import { mul } from '../../../../../functions/gpu/onnx/ops/elementwise.ts'
import { addElements, gatherElements } from '../../../../../functions/gpu/onnx/ops/gather.ts'
import * as ops from '../../../../../functions/gpu/onnx/ops/layout.ts'
import { broadcastTo, mul as product } from '../../../../support/reference/elementwise.ts'
import * as exact from '../../../../support/reference/layout.ts'
import { at, tabulate } from '../../../../support/reference/ndArray.ts'
import { numbers, type OpCase, whole } from './opCase.ts'

const slices: readonly (readonly [shape: readonly number[], parts: readonly ops.AxisSlice[]])[] = [
  [[5, 4], [{ axis: 0, start: 1, end: 4 }]],
  [[7], [{ axis: 0, start: 1, end: 7, step: 2 }]],
  [[7], [{ axis: 0, start: 0, end: 6, step: 3 }]],
  [
    [6, 5],
    [
      { axis: -1, start: 4, end: 0, step: -2 },
      { axis: 0, start: 2, end: 6, step: 3 },
    ],
  ],
  [[2, 8], [{ axis: 1, start: 6, end: 0, step: -3 }]],
]

/** Slices that reach past the first element: the reference, like Python, has no end that says so but a very low one. */
const toTheFirst: readonly (readonly [shape: readonly number[], part: ops.AxisSlice])[] = [
  [[2, 6], { axis: 1, start: 5, end: -1, step: -1 }],
  [[7, 2], { axis: 0, start: 5, end: -1, step: -2 }],
  [[4], { axis: 0, start: 0, end: -1, step: -1 }],
]

const gathers: readonly (readonly [
  axis: number,
  dtype: 'int32' | 'int64',
  indices: readonly number[],
  shape: readonly number[],
])[] = [
  [0, 'int64', [2, 0, 2, 2, 1], [5]],
  [0, 'int32', [1, 1, 0, 1], [2, 2]],
  [1, 'int64', [3, 0, 3], [3]],
  [-1, 'int32', [0, 1, 1, 0, 0, 1], [2, 3]],
  [1, 'int64', [-1, 2, 3], [3]],
  [1, 'int64', [2], []],
]

export const layoutCases: readonly OpCase[] = [
  {
    name: 'reshape',
    inputs: [numbers(600, [2, 6])],
    graph: (x) => ops.reshape(x, [3, 1, 4]),
    reference: (x) => exact.reshape(x, [3, 1, 4]),
  },
  {
    name: 'reshape to one number and back',
    inputs: [numbers(601, [1, 1])],
    graph: (x) => ops.reshape(ops.reshape(x, []), [1]),
    reference: (x) => exact.reshape(x, [1]),
  },
  {
    name: 'transpose of three axes',
    inputs: [numbers(602, [2, 3, 4])],
    graph: (x) => ops.transpose(x, [2, 0, 1]),
    reference: (x) => exact.transpose(x, [2, 0, 1]),
  },
  {
    name: 'transposeMatrix of a batch',
    inputs: [numbers(603, [2, 3, 4])],
    graph: ops.transposeMatrix,
    reference: (x) => exact.transpose(x, [0, 2, 1]),
  },
  {
    name: 'expand inner and leading axes',
    inputs: [numbers(604, [3, 1])],
    graph: (x) => ops.expand(x, [2, 3, 4]),
    reference: (x) => broadcastTo(x, [2, 3, 4]),
  },
  {
    name: 'expand one number',
    inputs: [numbers(605, [])],
    graph: (x) => ops.expand(x, [2, 3]),
    reference: (x) => broadcastTo(x, [2, 3]),
  },
  {
    name: 'expand by leading axes of length 1',
    inputs: [numbers(606, [3])],
    graph: (x) => ops.expand(x, [1, 3]),
    reference: (x) => broadcastTo(x, [1, 3]),
  },
  {
    name: 'concat of three along a negative axis',
    inputs: [numbers(607, [2, 3, 2]), numbers(608, [2, 1, 2]), numbers(609, [2, 4, 2])],
    graph: (...tensors) => ops.concat(tensors, -2),
    reference: (...arrays) => exact.concat(arrays, 1),
  },
  {
    name: 'concat of one tensor with itself',
    inputs: [numbers(610, [3])],
    graph: (x) => ops.concat([x, x], 0),
    reference: (x) => exact.concat([x, x], 0),
  },
  ...slices.map(
    ([shape, parts], seed): OpCase => ({
      name: `slice of [${shape}] ${JSON.stringify(parts)}`,
      inputs: [numbers(620 + seed, shape)],
      graph: (x) => ops.slice(x, parts),
      reference: (x) => exact.slice(x, parts),
    }),
  ),
  ...toTheFirst.map(
    ([shape, part], seed): OpCase => ({
      name: `slice of [${shape}] ${JSON.stringify(part)}`,
      inputs: [numbers(630 + seed, shape)],
      graph: (x) => ops.slice(x, [part]),
      reference: (x) => exact.slice(x, [{ ...part, end: -1000 }]),
    }),
  ),
  {
    name: 'reverse',
    inputs: [numbers(640, [2, 5])],
    graph: (x) => ops.reverse(x, -1),
    reference: (x) => exact.slice(x, [{ axis: 1, start: 4, end: -1000, step: -1 }]),
  },
  {
    name: 'pad of two axes, one counted from the end',
    inputs: [numbers(641, [2, 3, 2])],
    graph: (x) =>
      ops.pad(x, [
        { axis: -1, before: 1, after: 2 },
        { axis: 0, before: 0, after: 1 },
      ]),
    reference: (x) => exact.pad(x, [0, 0, 1, 1, 0, 2]),
  },
  ...gathers.map(
    ([axis, dtype, indices, shape], seed): OpCase => ({
      name: `gather [${indices}] as [${shape}] of ${dtype} along axis ${axis}`,
      inputs: [numbers(650 + seed, [3, 4, 2]), whole(dtype, shape, indices)],
      graph: (x, places) => ops.gather(x, places, axis),
      reference: (x, places) => exact.gather(x, places, axis),
    }),
  ),
  {
    name: 'gatherElements along the last axis',
    inputs: [numbers(670, [2, 4]), whole('int32', [2, 3], [3, 0, 3, 1, 1, 2])],
    graph: (x, places) => gatherElements(x, places, 1),
    reference: (x, places) => exact.gatherElements(x, places, 1),
  },
  {
    name: 'gatherElements of one class for each pixel',
    inputs: [numbers(671, [2, 3, 2, 2]), whole('int32', [2, 1, 2, 2], [0, 2, 1, 1, 2, 2, 0, 1])],
    graph: (x, places) => gatherElements(x, places, -3),
    reference: (x, places) => exact.gatherElements(x, places, 1),
  },
  {
    name: 'addElements, one place named twice',
    inputs: [numbers(672, [2, 4]), whole('int32', [2, 2], [3, 0, 1, 1]), numbers(673, [2, 2])],
    graph: (x, places, values) => addElements(x, places, values, 1),
    reference: (x, places, values) =>
      tabulate([2, 4], ([row = 0, column = 0]) =>
        [0, 1].reduce(
          (sum, index) => (at(places, [row, index]) === column ? sum + at(values, [row, index]) : sum),
          at(x, [row, column]),
        ),
      ),
  },
  {
    name: 'pad with a number',
    inputs: [numbers(674, [2, 3])],
    graph: (x) => ops.pad(x, [{ axis: 1, before: 1, after: 2 }], -1.5),
    reference: (x) => exact.pad(x, [0, 1, 0, 2], 'constant', -1.5),
  },
  {
    name: 'split into three, of which two are used',
    inputs: [numbers(660, [2, 7])],
    graph: (x) => {
      const [first, , last] = ops.split(x, 1, [2, 3, 2])
      if (first === undefined || last === undefined) throw new TypeError('split returned fewer pieces than asked for')
      return mul(first, last)
    },
    reference: (x) =>
      product(exact.slice(x, [{ axis: 1, start: 0, end: 2 }]), exact.slice(x, [{ axis: 1, start: 5, end: 7 }])),
  },
  {
    name: 'zeros beside a value',
    inputs: [numbers(661, [2, 2])],
    graph: (x) => ops.concat([x, ops.zeros([1, 2], 'float32')], 0),
    reference: (x) => exact.pad(x, [0, 0, 1, 0]),
  },
]
