import { createHash } from 'node:crypto'

/** Draws of one place (seed, stream, step). The same place always gives the same draws in the same order. */
export interface Random {
  /** A number in [0, 1) with 53 random bits. */
  uniform(): number
  /**
   * A whole number in 0..bound−1, each equally likely.
   *
   * @throws {RandomRangeError} when the bound is not a whole number in 1..2³²
   */
  integer(bound: number): number
  /** A draw of the standard normal distribution (Box-Muller). */
  normal(): number
  /** Puts the elements of an array or typed array into random order, in place (Fisher-Yates), and returns it. */
  shuffle<A extends Shuffleable>(array: A): A
  /**
   * Fresh draws for another step of the same stream. They depend on seed, stream and step alone, not on what was drawn
   * before, so work that resumes at step k goes on as if it had never stopped.
   *
   * @param step - 0..2³²−1; `createRandom` starts at step 0
   * @throws {RandomRangeError} when the step is not such a number
   */
  at(step: number): Random
}

type Shuffleable = { readonly length: number; [index: number]: unknown }

/** A seed, stream, step or bound is not a whole number in its range. */
export class RandomRangeError extends RangeError {
  override readonly name = 'RandomRangeError'

  constructor(what: string, value: number, lowest: number, highest: number) {
    super(`the ${what} is ${value}, expected a whole number in ${lowest}..${highest}`)
  }
}

const WORDS = 2 ** 32

/**
 * A seeded, counter-based source of random numbers: Philox4x32-10 with the seed as key and
 * (block, step, stream) as counter. A step gives 2³⁴ words before it repeats.
 *
 * @param seed - 0..2⁵³−1
 * @param stream - what the numbers are for: a name, or a number in 0..2³²−1. Streams of one seed are independent.
 * @returns the draws of step 0; `at(step)` gives those of any other
 * @throws {RandomRangeError} when seed or stream is out of range
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, https://doi.org/10.1145/2063384.2063405
 */
export function createRandom(seed: number, stream: string | number): Random {
  checkRange('seed', seed, 0, Number.MAX_SAFE_INTEGER)
  const key = Uint32Array.of(seed, Math.floor(seed / WORDS))
  return stepRandom(key, streamWords(stream), 0)
}

function streamWords(stream: string | number): readonly [number, number] {
  if (typeof stream === 'string') {
    const digest = createHash('sha256').update(stream).digest()
    return [digest.readUInt32LE(0), digest.readUInt32LE(4)]
  }
  checkRange('stream', stream, 0, WORDS - 1)
  return [stream, 0]
}

function stepRandom(key: Uint32Array, stream: readonly [number, number], step: number): Random {
  const counter = Uint32Array.of(0, step, ...stream)
  const block = new Uint32Array(4)
  let used = 4
  const word = (): number => {
    if (used === 4) {
      philox4x32(counter, key, block)
      counter[0] = (counter[0] ?? 0) + 1
      used = 0
    }
    used += 1
    return block[used - 1] ?? 0
  }
  const uniform = () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) * 2 ** -53
  const integer = (bound: number) => {
    checkRange('bound', bound, 1, WORDS)
    // Words beyond the last whole multiple of the bound would favour the small numbers: draw again.
    const limit = WORDS - (WORDS % bound)
    let drawn = word()
    while (drawn >= limit) drawn = word()
    return drawn % bound
  }
  let second: number | undefined
  const normal = () => {
    if (second !== undefined) {
      const value = second
      second = undefined
      return value
    }
    // 1 − u is in (0, 1]: the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    second = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  const shuffle = <A extends Shuffleable>(array: A): A => {
    const elements: Shuffleable = array
    for (let last = elements.length - 1; last > 0; last -= 1) {
      const chosen = integer(last + 1)
      const moved = elements[last]
      elements[last] = elements[chosen]
      elements[chosen] = moved
    }
    return array
  }
  const at = (other: number) => {
    checkRange('step', other, 0, WORDS - 1)
    return stepRandom(key, stream, other)
  }
  return { uniform, integer, normal, shuffle, at }
}

/**
 * One block of Philox4x32-10 (Salmon et al. 2011, section 3.3; constants of table 2).
 *
 * @param counter - 4 words
 * @param key - 2 words
 * @param block - 4 words, overwritten with the result
 */
export function philox4x32(counter: Uint32Array, key: Uint32Array, block: Uint32Array): void {
  let [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter
  let [k0 = 0, k1 = 0] = key
  for (let round = 0; round < 10; round += 1) {
    const high0 = multiplyHigh(0xd2511f53, c0)
    const low0 = Math.imul(0xd2511f53, c0)
    const high1 = multiplyHigh(0xcd9e8d57, c2)
    const low1 = Math.imul(0xcd9e8d57, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + 0x9e3779b9) | 0
    k1 = (k1 + 0xbb67ae85) | 0
  }
  block[0] = c0
  block[1] = c1
  block[2] = c2
  block[3] = c3
}

/** The upper 32 bits of the product of two 32-bit words, by halves: a double holds only 53 bits of it. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) | 0
}

function checkRange(what: string, value: number, lowest: number, highest: number): void {
  if (!Number.isSafeInteger(value) || value < lowest || value > highest) {
    throw new RandomRangeError(what, value, lowest, highest)
  }
}
