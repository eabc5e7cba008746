import { bilinearResize } from '../../../../../functions/gpu/onnx/ops/resize.ts'
import * as exact from '../../../../support/reference/spatial.ts'
import { numbers, type OpCase } from './opCase.ts'

const sizes: readonly (readonly [x: readonly number[], size: readonly [number, number]])[] = [
  [
    [2, 3, 4, 4],
    [8, 8],
  ],
  [
    [1, 2, 4, 6],
    [7, 9],
  ],
  [
    [1, 2, 8, 8],
    [4, 4],
  ],
  [
    [1, 1, 9, 7],
    [4, 5],
  ],
  [
    [1, 2, 3, 5],
    [3, 8],
  ],
  [
    [1, 2, 1, 1],
    [3, 2],
  ],
  [
    [1, 2, 3, 3],
    [3, 3],
  ],
]

export const resizeCases: readonly OpCase[] = [
  ...sizes.map(
    ([x, size], seed): OpCase => ({
      name: `bilinearResize of [${x}] to [${size}]`,
      inputs: [numbers(1110 + seed, x)],
      graph: (image) => bilinearResize(image, size),
      reference: (image) => exact.resizeBilinear(image, ...size),
    }),
  ),
]
