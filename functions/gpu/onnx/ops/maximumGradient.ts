import { knownLength } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, equal, mul, sub } from './elementwise.ts'
import { concat, pad, reshape, slice, zeros } from './layout.ts'

/** How windows move along one axis. */
export interface PooledAxis {
  readonly kernel: number
  readonly stride: number
  /** Padding, which never wins. */
  readonly before: number
  readonly after: number
}

/** Below every number that a network computes with. */
const lowest = -3.4e38

/**
 * dLoss/dx of maxima over windows that move along one axis. Made of comparisons and sums in a fixed order, without
 * indices: WebGPU has no 64-bit ones, and adds up what it scatters in any order.
 * @param x what the maxima were taken of
 * @param maxima the largest value of each window; the first of equals gets the gradient
 * @param gradient dLoss/dMaxima
 */
export function maximumGradient(x: Tensor, maxima: Tensor, gradient: Tensor, axis: 2 | 3, pooled: PooledAxis): Tensor {
  const { kernel, stride, before, after } = pooled
  const windows = knownLength(maxima, axis, 'the gradient of MaxPool')
  const padded = pad(x, [{ axis, before, after }], lowest)
  const taps = Array.from({ length: kernel }, (_, tap) =>
    slice(padded, [{ axis, start: tap, end: tap + (windows - 1) * stride + 1, step: stride }]),
  )
  const shares = firstHits(taps, maxima).map((hit) => mul(gradient, hit))
  return overlapAdd(shares, axis, stride, before, knownLength(x, axis, 'the gradient of MaxPool'))
}

/** For each tap 1 in the windows of which it is the first to hold the maximum, else 0. */
function firstHits(taps: readonly Tensor[], maxima: Tensor): readonly Tensor[] {
  const hits: Tensor[] = []
  let free: Tensor | undefined
  for (const tap of taps) {
    const holds = cast(equal(tap, maxima), maxima.dtype)
    const hit = free === undefined ? holds : mul(holds, free)
    hits.push(hit)
    free = free === undefined ? sub(1, hit) : sub(free, hit)
  }
  return hits
}

/**
 * Adds what each window gives to its tap-th element into the line of `length` elements that the windows were taken from.
 * Elements that lie a stride apart are made together, and the results interleaved.
 */
function overlapAdd(shares: readonly Tensor[], axis: number, stride: number, before: number, length: number): Tensor {
  const [first] = shares
  if (first === undefined) throw new TypeError('a window has at least one element')
  const windows = knownLength(first, axis, 'the gradient of MaxPool')
  const most = Math.floor((shares.length - 1) / stride)
  const phases = Array.from({ length: stride }, (_, phase) => {
    const own = shares.flatMap((share, tap) => {
      const late = Math.floor(tap / stride)
      return tap % stride === phase ? [pad(share, [{ axis, before: late, after: most - late }])] : []
    })
    const sum = own.length === 0 ? undefined : own.reduce((left, right) => add(left, right))
    return sum ?? zeros(first.shape.map(Number).with(axis, windows + most), first.dtype)
  })
  const spread = phases.map((phase) => reshape(phase, phase.shape.toSpliced(axis + 1, 0, 1)))
  const line = reshape(concat(spread, axis + 1), first.shape.with(axis, (windows + most) * stride))
  const missing = Math.max(0, before + length - (windows + most) * stride)
  return slice(pad(line, [{ axis, before: 0, after: missing }]), [{ axis, start: before, end: before + length }])
}
