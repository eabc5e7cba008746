/** Linear maps of images that act on rows and columns apart: resizing, averages of windows. */
import { constant } from '../constant.ts'
import type { Tensor } from '../tensor.ts'
import { cast } from './elementwise.ts'
import { matmul } from './linear.ts'

/** A matrix [rows, columns] of fixed numbers, row by row. */
export interface FixedMatrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array
}

/** @param value the element of a row and a column */
export function fixedMatrix(
  rows: number,
  columns: number,
  value: (row: number, column: number) => number,
): FixedMatrix {
  const data = Float32Array.from({ length: rows * columns }, (_, place) =>
    value(Math.floor(place / columns), place % columns),
  )
  return { rows, columns, data }
}

/**
 * The adjoint of `image → vertical·image·horizontalᵀ`, as its gradient: verticalᵀ·x·horizontal for every channel.
 * @param x [batch, channels, vertical.rows, horizontal.rows]
 * @returns [batch, channels, vertical.columns, horizontal.columns]
 */
export function separableAdjoint(x: Tensor, vertical: FixedMatrix, horizontal: FixedMatrix): Tensor {
  const transposed = fixedMatrix(
    vertical.columns,
    vertical.rows,
    (row, column) => vertical.data[column * vertical.columns + row] ?? 0,
  )
  return matmul(matrixTensor(transposed, x), matmul(x, matrixTensor(horizontal, x)))
}

/** The matrix as a tensor of another one's type. */
export function matrixTensor({ rows, columns, data }: FixedMatrix, like: Tensor): Tensor {
  return cast(constant(data, [rows, columns]), like.dtype)
}
