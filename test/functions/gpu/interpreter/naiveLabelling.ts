/**
 * The published construction in float64, written from the paper: every tap enlarged to the label size, one vector of all
 * channels at each pixel, every member on its own. Slow, and the judge of what the product does instead.
 */
import { type Ensemble, ensembleTensor } from '../../../../functions/gpu/interpreter/ensemble.ts'
import type { LabelSize } from '../../../../functions/gpu/interpreter/pixelFeatures.ts'
import { at, type NdArray } from '../../../support/reference/ndArray.ts'
import { resizeBilinear } from '../../../support/reference/spatial.ts'

export interface NaiveLabelling {
  readonly labels: readonly number[]
  readonly divergence: readonly number[]
  /** Mean over the members, for each pixel. */
  readonly probabilities: readonly (readonly number[])[]
}

/** Votes and divergence from logits [members, pixels, parts]. */
export function judge(logits: ArrayLike<number>, members: number, pixels: number, parts: number): NaiveLabelling {
  const labels: number[] = []
  const divergence: number[] = []
  const probabilities: number[][] = []
  for (let pixel = 0; pixel < pixels; pixel++) {
    const votes = new Array<number>(parts).fill(0)
    const mean = new Array<number>(parts).fill(0)
    let entropies = 0
    for (let member = 0; member < members; member++) {
      const own = Array.from(
        { length: parts },
        (_, part) => logits[(member * pixels + pixel) * parts + part] ?? Number.NaN,
      )
      const highest = Math.max(...own)
      const choice = own.indexOf(highest)
      votes[choice] = (votes[choice] ?? 0) + 1
      const total = own.reduce((sum, logit) => sum + Math.exp(logit - highest), 0)
      const p = own.map((logit) => Math.exp(logit - highest) / total)
      entropies += entropy(p)
      for (const [part, value] of p.entries()) mean[part] = (mean[part] ?? 0) + value / members
    }
    labels.push(votes.indexOf(Math.max(...votes)))
    divergence.push(entropy(mean) - entropies / members)
    probabilities.push(mean)
  }
  return { labels, divergence, probabilities }
}

/** The feature vectors of all pixels. @param taps [1, channels, side, side] */
export function naiveFeatures(taps: readonly NdArray[], { width, height }: LabelSize): readonly (readonly number[])[] {
  const maps = taps.map((tap) => resizeBilinear(tap, height, width))
  return Array.from({ length: width * height }, (_, pixel) =>
    maps.flatMap((map) =>
      Array.from({ length: map.shape[1] ?? 0 }, (_, channel) =>
        at(map, [0, channel, Math.floor(pixel / width), pixel % width]),
      ),
    ),
  )
}

/** What an ensemble says about feature vectors. */
export function naiveLabelling(features: readonly (readonly number[])[], ensemble: Ensemble): NaiveLabelling {
  const { members, parts } = ensemble.shape
  const logits = Array.from({ length: members }, (_, member) => memberOutputs(ensemble, member, features)).flat(2)
  return judge(logits, members, features.length, parts)
}

/** What a member's last layer gives for each feature vector. */
export function memberOutputs(
  ensemble: Ensemble,
  member: number,
  features: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return features.map((feature) => memberLogits(ensemble, member, feature))
}

function memberLogits(ensemble: Ensemble, member: number, feature: readonly number[]): readonly number[] {
  const own = (name: string): Float32Array => {
    const data = ensembleTensor(ensemble, name)
    const length = data.length / ensemble.shape.members
    return data.subarray(member * length, (member + 1) * length)
  }
  const linear = (x: readonly number[], layer: 1 | 2 | 3): readonly number[] => {
    const [weight, bias] = [own(`weight${layer}`), own(`bias${layer}`)]
    return Array.from(bias, (start, output) =>
      x.reduce((sum, value, input) => sum + value * (weight[input * bias.length + output] ?? Number.NaN), start),
    )
  }
  const hidden = (x: readonly number[], layer: 1 | 2): readonly number[] => {
    const [scale, shift] = [own(`scale${layer}`), own(`shift${layer}`)]
    const [mean, variance] = [own(`mean${layer}`), own(`variance${layer}`)]
    return linear(x, layer).map((value, unit) => {
      const [m = 0, v = 0, a = 0, b = 0] = [mean[unit], variance[unit], scale[unit], shift[unit]]
      return ((Math.max(0, value) - m) / Math.sqrt(v + 1e-5)) * a + b
    })
  }
  return linear(hidden(hidden(feature, 1), 2), 3)
}

const entropy = (p: readonly number[]): number =>
  -p.reduce((sum, value) => sum + (value > 0 ? value * Math.log(value) : 0), 0)
