import { matmul } from '../../../../../functions/gpu/onnx/ops/linear.ts'
import * as exact from '../../../../support/reference/linear.ts'
import { numbers, type OpCase } from './opCase.ts'

const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [3, 4],
    [4, 2],
  ],
  [
    [1, 4],
    [4, 1],
  ],
  [
    [2, 3, 4],
    [2, 4, 2],
  ],
  [
    [2, 3, 4],
    [4, 2],
  ],
  [
    [3, 4],
    [5, 4, 2],
  ],
  [
    [2, 1, 3, 4],
    [5, 4, 2],
  ],
  [
    [1, 3, 4],
    [2, 4, 2],
  ],
]

export const linearCases: readonly OpCase[] = shapes.map(([left, right], seed) => ({
  name: `matmul of [${left}] and [${right}]`,
  inputs: [numbers(700 + seed, left), numbers(720 + seed, right)],
  graph: (x, y) => matmul(x, y),
  reference: (x, y) => exact.matmul(x, y),
}))
