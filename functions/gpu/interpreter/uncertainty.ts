/**
 * What the ensemble says about a pixel and how sure it is, as graph nodes.
 */

import { constant } from '../onnx/constant.ts'
import { add, cast, equal, exp, log, maximum, mul, neg, reciprocal, sub } from '../onnx/ops/elementwise.ts'
import { reshape } from '../onnx/ops/layout.ts'
import { argMax, largest, reduceMax, reduceMean, reduceSum } from '../onnx/ops/reduce.ts'
import { knownLength } from '../onnx/shape.ts'
import type { Tensor } from '../onnx/tensor.ts'

/** Sums over the members seen so far, from which votes and divergence follow. */
export interface EnsembleSums {
  readonly members: number
  /** [pixels, parts] members that chose the part. */
  readonly votes: Tensor
  /** [pixels, parts] probabilities, summed over the members. */
  readonly probabilities: Tensor
  /** [pixels] entropies in nats, summed over the members. */
  readonly entropies: Tensor
}

/**
 * Adds members to the sums.
 * @param logits [members, pixels, parts]
 */
export function addMembers(logits: Tensor, before?: EnsembleSums): EnsembleSums {
  const parts = knownLength(logits, 2, 'addMembers')
  const members = knownLength(logits, 0, 'addMembers')
  const shifted = sub(logits, reduceMax(logits, [2], { keepDimensions: true }))
  const exponentials = exp(shifted)
  const total = reduceSum(exponentials, [2], { keepDimensions: true })
  const p = mul(exponentials, reciprocal(total))
  // H(p) = −Σ p·log p = log Σ exp(z) − Σ p·z needs one logarithm per pixel, not one per part.
  const entropy = sub(log(total), reduceSum(mul(p, shifted), [2], { keepDimensions: true }))
  const partIds = constant(
    Int32Array.from({ length: parts }, (_, part) => part),
    [1, 1, parts],
  )
  const choice = cast(argMax(logits, 2, { keepDimensions: true }), 'int32')
  const vote = cast(equal(choice, partIds), 'float32')
  const sums: EnsembleSums = {
    members,
    votes: overMembers(vote, members),
    probabilities: overMembers(p, members),
    entropies: reshape(overMembers(entropy, members), [knownLength(logits, 1, 'addMembers')]),
  }
  if (before === undefined) return sums
  return {
    members: before.members + members,
    votes: add(before.votes, sums.votes),
    probabilities: add(before.probabilities, sums.probabilities),
    entropies: add(before.entropies, sums.entropies),
  }
}

/** Sum over the first axis; of one member nothing is left to add up, and ReduceSum would walk through it all the same. */
function overMembers(x: Tensor, members: number): Tensor {
  return members === 1 ? reshape(x, x.shape.slice(1)) : reduceSum(x, [0])
}

/** Majority vote of the members; of parts with equal votes the lowest id. @returns uint8 [pixels] */
export function majorityVote({ votes }: EnsembleSums): Tensor {
  return cast(argMax(votes, 1), 'uint8')
}

/**
 * Jensen-Shannon divergence of the members' distributions: H(mean p) − mean H(p), in nats, 0..ln(min(members, parts)).
 * @returns [pixels]
 */
export function divergence({ members, probabilities, entropies }: EnsembleSums): Tensor {
  const mean = mul(probabilities, 1 / members)
  // Rounding may leave a value below zero where all members agree.
  return maximum(sub(entropyOf(mean), mul(entropies, 1 / members)), 0)
}

/** −Σ p·log p over the last axis, in nats. */
export function entropyOf(p: Tensor): Tensor {
  return neg(reduceSum(mul(p, log(maximum(p, 1e-30))), [p.shape.length - 1]))
}

/** Number of pixels that the image score looks at: the most uncertain tenth, or all of fewer than ten. */
export function scoredPixels(pixels: number): number {
  return Math.floor(pixels / 10) || pixels
}

/** Image uncertainty: mean divergence of the most uncertain tenth of the pixels, in nats. @returns scalar [] */
export function imageScore(pixelDivergence: Tensor): Tensor {
  const pixels = knownLength(pixelDivergence, 0, 'imageScore')
  return reduceMean(largest(pixelDivergence, scoredPixels(pixels)), [0])
}
