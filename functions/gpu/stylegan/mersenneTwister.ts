const STATE_WORDS = 624
const MIDDLE = 397

/**
 * The 32-bit Mersenne Twister MT19937, seeded with one word as in the authors' `init_genrand`, which is what
 * `numpy.random.RandomState` does with a whole number.
 *
 * @param seed - 0..2³²−1
 * @returns a function that gives the next word, 0..2³²−1
 * @see Matsumoto & Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998) 3-30
 */
export function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(STATE_WORDS)
  const at = (index: number) => state[index % STATE_WORDS] ?? 0
  state[0] = seed
  for (let index = 1; index < STATE_WORDS; index += 1) {
    const previous = at(index - 1)
    state[index] = Math.imul(1812433253, previous ^ (previous >>> 30)) + index
  }

  const twist = (): void => {
    for (let index = 0; index < STATE_WORDS; index += 1) {
      const joined = (at(index) & 0x80000000) | (at(index + 1) & 0x7fffffff)
      state[index] = at(index + MIDDLE) ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0)
    }
  }

  let next = STATE_WORDS
  return () => {
    if (next === STATE_WORDS) {
      twist()
      next = 0
    }
    let word = at(next)
    next += 1
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    word ^= word >>> 18
    return word >>> 0
  }
}

/**
 * Numbers in [0, 1) with 53 random bits, two words each, as the authors' `genrand_res53` and numpy's
 * `random_sample` make them.
 *
 * @param word - source of 32-bit words
 */
export function uniform53(word: () => number): number {
  const upper = word() >>> 5
  const lower = word() >>> 6
  return (upper * 2 ** 26 + lower) * 2 ** -53
}
