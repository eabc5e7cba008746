/** What both branches say together (Mittal et al. 2019). */
import { less, where } from '../../onnx/ops/elementwise.ts'
import { reshape } from '../../onnx/ops/layout.ts'
import { knownShape } from '../../onnx/shape.ts'
import type { Tensor } from '../../onnx/tensor.ts'

/** Below every logit. Not −∞: if all classes are absent, all are the same, and none is not a number. */
const nothing = -3e38

/**
 * Rules out the classes that the classifier calls absent. Lowering a logit so far is setting its probability to 0, without
 * the rounding to 0 that makes classes equal which are not.
 * @param logits [batch, classes, height, width]
 * @param presence [batch, classes] probabilities that a class occurs
 * @param absentBelow classes with a smaller probability are absent
 * @returns logits of the shape given; where all classes are absent, all are the same
 */
export function withoutAbsent(logits: Tensor, presence: Tensor, absentBelow: number): Tensor {
  const [batch = 0, classes = 0] = knownShape(presence, 'the fusion')
  return where(less(reshape(presence, [batch, classes, 1, 1]), absentBelow), nothing, logits)
}
