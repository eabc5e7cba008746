import { abs, add, exp, log, maximum, mul, neg, type Operand, sub } from '../../onnx/ops/elementwise.ts'
import type { Tensor } from '../../onnx/tensor.ts'

/**
 * −t·log σ(z) − (1 − t)·log(1 − σ(z)) of each element, in nats, as max(z, 0) − z·t + log(1 + exp(−|z|)): no exponential
 * overflows.
 * @param logits z
 * @param targets t, 0..1: one number, or a tensor that broadcasts
 */
export function binaryCrossEntropy(logits: Tensor, targets: Operand): Tensor {
  // Not relu: at z = 0 the gradient is the mean of those on both sides, so that an untrained layer of zeros learns.
  const linear = sub(maximum(logits, 0), mul(logits, targets))
  return add(linear, log(add(exp(neg(abs(logits))), 1)))
}
