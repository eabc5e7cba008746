import type { Weight } from '../weights.ts'
import { CheckpointError } from './errors.ts'

const TAPS = [1, 3, 3, 1]

/** The published low-pass filter, [1, 3, 3, 1] in both directions, of sum 1. */
export function publishedFilter(): Weight {
  return { shape: [4, 4], data: Float32Array.from(TAPS.flatMap((row) => TAPS.map((column) => (row * column) / 64))) }
}

/**
 * A filter as it is stored: layers that enlarge turn theirs or do not, and for a filter that is the same turned by
 * 180° that makes no difference.
 * @param scale multiplies it
 * @throws CheckpointError for another size, or a filter that is not symmetric
 */
export function resampleFilter(name: string, { shape, data }: Weight, scale = 1): Weight {
  if (shape.length !== 2 || shape[0] !== 4 || shape[1] !== 4)
    throw new CheckpointError(`${name} has shape [${shape}]: only filters of 4 × 4 are supported`)
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const turned = data.toReversed()
  if (data.some((value, index) => Math.abs(value - (turned[index] ?? 0)) > 1e-6 * largest))
    throw new CheckpointError(`${name} is not symmetric: only filters that look the same turned by 180° are supported`)
  return { shape, data: data.map((value) => value * scale) }
}
