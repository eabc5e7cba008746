import type { Weight } from '../weights.ts'

/** A fully connected layer of the mapping network: weight [outputs, inputs], bias [outputs]. */
export interface MappingLayer {
  readonly weight: Weight
  readonly bias: Weight
}

/** What the layers take of a latent or of an embedded class: x·rsqrt(mean x² + 1e-8). */
export function normalized(x: Float64Array): Float64Array {
  const energy = x.reduce((sum, value) => sum + value * value, 0) / x.length
  return x.map((value) => value / Math.sqrt(energy + 1e-8))
}
