/** The loss of semantic segmentation. */
import { scalar } from '../constant.ts'
import { isFloat, knownShape, requireFloat, requireRank, sameShape } from '../shape.ts'
import { type DataType, describeType, GraphError, type Tensor } from '../tensor.ts'
import { reshape } from './broadcast.ts'
import { add, cast, div, equal, exp, less, log, maximum, mul, neg, stopGradient, sub, where } from './elementwise.ts'
import { addElements, elementsBy, gather } from './gather.ts'
import { reduceMax, reduceSum } from './reduce.ts'

export interface PixelCrossEntropyOptions {
  /** A label whose pixels do not count, one of the classes or not. Labels outside 0..classes − 1 never count. */
  readonly ignoredLabel?: number
  /** [classes] weights ≥ 0, the loss's type. Default 1 each. */
  readonly classWeights?: Tensor
}

/**
 * Σ w·(−log softmax(logits)[label]) / Σ w over the pixels that count, in nats, where w is the weight of a pixel's class;
 * 0 where no pixel counts. The gradient is made in closed form, (softmax − one-hot)·w / Σ w: beside the logits it keeps one
 * number for each pixel, and no one-hot labels or probabilities.
 * @param logits [batch, classes, height, width]
 * @param labels [batch, height, width] integers; int64 ones cost a copy to the host under WebGPU
 * @returns one number, []
 * @throws GraphError where shapes or types do not belong together
 */
export function pixelCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  { ignoredLabel, classWeights }: PixelCrossEntropyOptions = {},
): Tensor {
  requireRank(logits, 4, 'pixelCrossEntropy')
  requireFloat(logits, 'pixelCrossEntropy')
  const [batch = 0, classes = 0, height = 0, width = 0] = knownShape(logits, 'pixelCrossEntropy')
  if (!sameShape(labels.shape, [batch, height, width]) || isFloat(labels) || labels.dtype === 'bool')
    throw new GraphError(
      `pixelCrossEntropy of ${describeType(logits)} needs integer labels [${batch}, ${height}, ${width}], ` +
        `got ${describeType(labels)}`,
    )
  const { places, counts } = checkedLabels(labels, classes, ignoredLabel, logits.dtype)
  const weights = classWeights === undefined ? counts : mul(counts, weightOf(classWeights, places, logits))
  const losses = mul(weights, neg(reshape(logProbability(logits, places), labels.shape)))
  return div(reduceSum(losses), maximum(reduceSum(weights), 1e-12))
}

/** Labels as int32 within 0..classes − 1, and 1 for each that counts, 0 for the others. */
function checkedLabels(labels: Tensor, classes: number, ignoredLabel: number | undefined, dtype: DataType) {
  const given = cast(labels, 'int32')
  const zero = scalar(0, 'int32')
  // −1 stands for whatever does not count.
  const named = ignoredLabel === undefined ? given : where(equal(given, ignoredLabel), scalar(-1, 'int32'), given)
  const low = where(less(named, classes), named, scalar(-1, 'int32'))
  return { places: where(less(low, zero), zero, low), counts: sub(1, cast(less(low, zero), dtype)) }
}

function weightOf(classWeights: Tensor, places: Tensor, logits: Tensor): Tensor {
  if (!sameShape(classWeights.shape, [logits.shape[1] ?? 0]) || classWeights.dtype !== logits.dtype)
    throw new GraphError(
      `pixelCrossEntropy of ${describeType(logits)} needs one weight for each class, got ${describeType(classWeights)}`,
    )
  return gather(classWeights, places)
}

/** log softmax(logits) at the labels, [batch, 1, height, width]. */
function logProbability(logits: Tensor, places: Tensor): Tensor {
  const [batch = 0, , height = 0, width = 0] = knownShape(logits, 'pixelCrossEntropy')
  const indices = reshape(places, [batch, 1, height, width])
  const largest = stopGradient(reduceMax(logits, [1], { keepDimensions: true }))
  const normalizer = add(log(reduceSum(exp(sub(logits, largest)), [1], { keepDimensions: true })), largest)
  // The rule of the picked logits gives the derivative of the normalizer, too, which is made without keeping the powers.
  const picked = elementsBy(logits, indices, 1, ({ gradient }) => {
    const probabilities = exp(sub(logits, normalizer))
    return [addElements(mul(probabilities, neg(gradient)), indices, gradient, 1)]
  })
  return sub(picked, stopGradient(normalizer))
}
