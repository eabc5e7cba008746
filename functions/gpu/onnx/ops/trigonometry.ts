/** Sine and cosine. */
import { requireFloat } from '../shape.ts'
import { applyOne, type Operator, type Tensor } from '../tensor.ts'
import { mul, neg } from './elementwise.ts'

const sineOperator: Operator = {
  type: 'Sin',
  gradient: ({ gradient, inputs: [x] }) => [x === undefined ? undefined : mul(gradient, cos(x))],
}
export function sin(x: Tensor): Tensor {
  requireFloat(x, 'Sin')
  return applyOne(sineOperator, [x], { dtype: x.dtype, shape: x.shape })
}

const cosineOperator: Operator = {
  type: 'Cos',
  gradient: ({ gradient, inputs: [x] }) => [x === undefined ? undefined : neg(mul(gradient, sin(x)))],
}
export function cos(x: Tensor): Tensor {
  requireFloat(x, 'Cos')
  return applyOne(cosineOperator, [x], { dtype: x.dtype, shape: x.shape })
}
