/** Softmax and the losses made of it. */
import { intOf } from '../attributes.ts'
import { constant } from '../constant.ts'
import { isFloat, knownLength, normalizeAxis, requireFloat, requireSameType, sameShape } from '../shape.ts'
import { applyOne, type DataType, describeType, GraphError, type Operator, type Shape, type Tensor } from '../tensor.ts'
import { cast, equal, exp, log, mul, stopGradient, sub, where } from './elementwise.ts'
import { reshape } from './layout.ts'
import { reduceMax, reduceMean, reduceSum } from './reduce.ts'

const softmaxOperator: Operator = {
  type: 'Softmax',
  gradient: ({ gradient, outputs: [y], attributes }) => {
    if (y === undefined) throw new GraphError('Softmax lost its result')
    const product = mul(gradient, y)
    return [sub(product, mul(y, reduceSum(product, [intOf(attributes, 'axis')], { keepDimensions: true })))]
  },
}
/** exp(x) / Σ exp(x) along one axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  requireFloat(x, 'Softmax')
  const positive = normalizeAxis(axis, x.shape.length, 'Softmax')
  return applyOne(softmaxOperator, [x], { dtype: x.dtype, shape: x.shape }, { axis: { int: positive } })
}

/**
 * x − log Σ exp(x) along one axis, without overflow. Composed, because WebGPU has no kernel for ONNX's LogSoftmax and
 * takes the exponentials of ReduceLogSumExp without subtracting the largest first.
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const { shifted, normalizer } = shiftedLogits(x, axis)
  return sub(shifted, normalizer)
}

/**
 * A new last axis of `classes` numbers: 1 at the index, 0 elsewhere; all 0 where the index is outside 0..classes − 1.
 * @param indices integers of any shape; only int32 and uint8 stay on the device under WebGPU
 */
export function oneHot(indices: Tensor, classes: number, dtype: DataType = 'float32'): Tensor {
  return cast(classMask(indices, classes), dtype)
}

/**
 * Cross entropy −Σ_c t_c·log softmax(x)_c of each item, in nats. Its gradient for x is softmax(x)·Σ_c t_c − t.
 * @param logits [..., classes]
 * @param targets [..., classes] probabilities, or [...] integer class indices from 0 to classes − 1, which the caller has
 *   checked: a graph cannot
 * @returns [...]
 * @throws GraphError where the shapes of logits and targets do not belong together
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const classes = knownLength(logits, -1, 'softmaxCrossEntropy')
  const needed: Shape = isFloat(targets) ? logits.shape : logits.shape.slice(0, -1)
  if (!sameShape(targets.shape, needed))
    throw new GraphError(
      `softmaxCrossEntropy of ${describeType(logits)} needs float targets of its shape or integer ones without the last ` +
        `axis, got ${describeType(targets)}`,
    )
  const { shifted, normalizer } = shiftedLogits(logits, -1)
  const total = reshape(normalizer, logits.shape.slice(0, -1))
  // Where instead of a product with a one-hot: a class that is ruled out by a logit of −∞ would give 0·∞.
  if (!isFloat(targets)) return sub(total, reduceSum(where(classMask(targets, classes), shifted, 0), [-1]))
  requireSameType([logits, targets], 'softmaxCrossEntropy')
  return sub(mul(reduceSum(targets, [-1]), total), reduceSum(mul(targets, shifted), [-1]))
}

/** Mean of `softmaxCrossEntropy` over all items, as one number. */
export function meanSoftmaxCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return reduceMean(softmaxCrossEntropy(logits, targets))
}

/**
 * The logits less their largest, and log Σ exp of those (the axis kept). The shift changes neither the value nor the
 * gradient of what is made of both, so that no gradient has to pass through the maximum.
 */
function shiftedLogits(x: Tensor, axis: number): { readonly shifted: Tensor; readonly normalizer: Tensor } {
  requireFloat(x, 'logSoftmax')
  const shifted = sub(x, stopGradient(reduceMax(x, [axis], { keepDimensions: true })))
  return { shifted, normalizer: log(reduceSum(exp(shifted), [axis], { keepDimensions: true })) }
}

/** Compared as int32: WebGPU has neither OneHot nor comparisons of int64. */
function classMask(indices: Tensor, classes: number): Tensor {
  if (isFloat(indices) || indices.dtype === 'bool')
    throw new GraphError(`oneHot needs integer indices, got ${describeType(indices)}`)
  if (!Number.isInteger(classes) || classes < 1)
    throw new GraphError(`oneHot needs a positive number of classes, got ${classes}`)
  return equal(
    reshape(cast(indices, 'int32'), [...indices.shape, 1]),
    constant(Int32Array.from({ length: classes }, (_, index) => index)),
  )
}
