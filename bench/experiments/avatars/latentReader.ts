import { normalShare } from './errorFunction.ts'

/** Reads a latent from front to back as numbers that attributes can be made of. */
export interface LatentReader {
  /** One coordinate as a number in [0, 1], each equally likely. */
  share(): number
  /** Two coordinates as an angle in turns, in [0, 1): what is 0 and nearly 1 are neighbours. */
  turn(): number
  /** One of the values, all equally likely. Each is a sector of a circle, so that neighbouring latents look alike. */
  oneOf<Value>(values: readonly [Value, ...Value[]]): Value
  /** One of the values for a share of all latents, otherwise null. */
  sometimes<Value>(values: readonly [Value, ...Value[]], share: number): Value | null
}

/** A latent cannot be read as attributes. */
export class UnreadableLatentError extends Error {
  override readonly name = 'UnreadableLatentError'
}

/**
 * @param latent - z, brought to unit mean square first, as a generator's mapping network does
 * @throws {UnreadableLatentError} when it is all zeros or not finite, or, while reading, when it ends
 */
export function readLatent(latent: Float64Array): LatentReader {
  const scale = Math.sqrt(meanSquare(latent))
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) {
    throw new UnreadableLatentError(`the latent's mean square is ${scale ** 2}: it has no direction to read`)
  }
  let position = 0
  const next = (): number => {
    const value = latent[position]
    if (value === undefined) {
      throw new UnreadableLatentError(`the latent has ${latent.length} numbers, too few: sample one of 64`)
    }
    position += 1
    return value / scale
  }
  const share = () => normalShare(next())
  const turn = () => (Math.atan2(next(), next()) / (2 * Math.PI) + 0.5) % 1
  return {
    share,
    turn,
    oneOf: (values) => pick(values, turn()),
    sometimes: (values, part) => {
      const drawn = share()
      return drawn < part ? pick(values, drawn / part) : null
    },
  }
}

function pick<Value>(values: readonly [Value, ...Value[]], place: number): Value {
  return values[Math.min(Math.floor(place * values.length), values.length - 1)] ?? values[0]
}

/**
 * Sums eight strands and joins them in pairs, the order in which numpy's `mean` adds up to 128 numbers: so that
 * attributes agree with those made there in the last bit, too.
 */
function meanSquare(values: Float64Array): number {
  const strands = new Float64Array(8)
  const whole = values.length - (values.length % 8)
  for (let index = 0; index < whole; index += 1) {
    const value = values[index] ?? 0
    strands[index % 8] = (strands[index % 8] ?? 0) + value * value
  }
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = strands
  const sum = a + b + (c + d) + (e + f + (g + h))
  return values.subarray(whole).reduce((total, value) => total + value * value, sum) / values.length
}
