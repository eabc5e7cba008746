/** Time, passed in, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since 1970. Processes at one queue must agree on it. */
  now(): number
  /** Calls once, after so many milliseconds. @returns what calls it off */
  after(milliseconds: number, call: () => void): () => void
}

/** Timers hold 31 bits of milliseconds, and fire at once beyond them. */
const longestTimer = 2 ** 31 - 1

export const systemClock: Clock = Object.freeze({
  now: Date.now,
  after: (milliseconds: number, call: () => void) => {
    const timer = setTimeout(call, Math.min(milliseconds, longestTimer))
    return () => clearTimeout(timer)
  },
})
