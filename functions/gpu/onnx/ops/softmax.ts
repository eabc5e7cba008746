/** Softmax and the losses made of it. */
import { isFloat, knownLength, normalizeAxis, requireFloat } from '../shape.ts'
import { integers } from '../constant.ts'
import { applyOne, type DataType, describeType, GraphError, type Operator, type Tensor } from '../tensor.ts'
import { cast, mul, neg, sub } from './elementwise.ts'
import { reduceMean, reduceSum } from './reduce.ts'
import { constant } from '../constant.ts'

const softmaxOperator: Operator = {
  type: 'Softmax',
  gradient: ({ gradient, outputs: [y], attributes: { axis } }) => {
    if (y === undefined || axis === undefined || !('int' in axis)) return []
    const product = mul(gradient, y)
    return [sub(product, mul(y, reduceSum(product, [axis.int], { keepDimensions: true })))]
  },
}
/** exp(x) / Σ exp(x) along one axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return normalized(softmaxOperator, x, axis)
}

const logSoftmaxOperator: Operator = {
  type: 'LogSoftmax',
  gradient: ({ gradient, inputs: [x], attributes: { axis } }) => {
    if (x === undefined || axis === undefined || !('int' in axis)) return []
    return [sub(gradient, mul(softmax(x, axis.int), reduceSum(gradient, [axis.int], { keepDimensions: true })))]
  },
}
/** x − log Σ exp(x) along one axis, without overflow. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return normalized(logSoftmaxOperator, x, axis)
}

function normalized(operator: Operator, x: Tensor, axis: number): Tensor {
  requireFloat(x, operator.type)
  const positive = normalizeAxis(axis, x.shape.length, operator.type)
  return applyOne(operator, [x], { dtype: x.dtype, shape: x.shape }, { axis: { int: positive } })
}

const oneHotOperator: Operator = { type: 'OneHot', gradient: 'none' }
/** A new last axis of `classes` numbers: 1 at the index, 0 elsewhere. */
export function oneHot(indices: Tensor, classes: number, dtype: DataType = 'float32'): Tensor {
  if (isFloat(indices) || indices.dtype === 'bool')
    throw new GraphError(`OneHot needs integer indices, got ${describeType(indices)}`)
  const values = cast(constant(Float32Array.of(0, 1)), dtype)
  return applyOne(
    oneHotOperator,
    [indices, integers([classes]), values],
    { dtype, shape: [...indices.shape, classes] },
    { axis: { int: -1 } },
  )
}

/**
 * Cross entropy −Σ_c t_c·log softmax(x)_c of each item, in nats.
 * @param logits [..., classes]
 * @param targets [..., classes] probabilities, or [...] integer class indices
 * @returns [...]
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const classes = knownLength(logits, -1, 'softmaxCrossEntropy')
  const probabilities = isFloat(targets) ? targets : oneHot(targets, classes, logits.dtype)
  return neg(reduceSum(mul(probabilities, logSoftmax(logits)), [-1]))
}

/** Mean of `softmaxCrossEntropy` over all items, as one number. */
export function meanSoftmaxCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return reduceMean(softmaxCrossEntropy(logits, targets))
}
