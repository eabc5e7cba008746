/** Matrix products. */
import { broadcastShapes, requireFloat, requireSameType } from '../shape.ts'
import { applyOne, describeType, GraphError, type Operator, type Tensor } from '../tensor.ts'
import { sumToShape } from './broadcast.ts'
import { transposeMatrix } from './layout.ts'

const matmulOperator: Operator = {
  type: 'MatMul',
  gradient: ({ gradient, inputs: [left, right], wanted }) => {
    if (left === undefined || right === undefined) return []
    return [
      wanted[0] ? sumToShape(matmul(gradient, transposeMatrix(right)), left.shape) : undefined,
      wanted[1] ? sumToShape(matmul(transposeMatrix(left), gradient), right.shape) : undefined,
    ]
  },
}

/**
 * Product of matrices in the last two axes: [..., n, k] × [..., k, m] → [..., n, m]; leading axes broadcast.
 * @throws GraphError where an operand has fewer than two axes or the inner lengths differ
 */
export function matmul(left: Tensor, right: Tensor): Tensor {
  requireSameType([left, right], 'MatMul')
  requireFloat(left, 'MatMul')
  const [rows, inner] = left.shape.slice(-2)
  const [innerRight, columns] = right.shape.slice(-2)
  if (rows === undefined || inner === undefined || columns === undefined || inner !== innerRight)
    throw new GraphError(`MatMul cannot multiply ${describeType(left)} by ${describeType(right)}`)
  const batch = broadcastShapes([left.shape.slice(0, -2), right.shape.slice(0, -2)], 'MatMul')
  return applyOne(matmulOperator, [left, right], { dtype: left.dtype, shape: [...batch, rows, columns] })
}
