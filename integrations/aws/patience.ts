import { setTimeout } from 'node:timers/promises'

/** How calls are tried again, beyond what the SDK does by itself; passed in, so that tests need not wait. */
export interface Patience {
  /** Tries in all. */
  readonly tries: number
  /** Resolves after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<unknown>
  /** In [0, 1). */
  readonly random: () => number
}

/** With the pauses below, at most some twenty seconds. */
export const defaultPatience: Patience = Object.freeze({
  tries: 10,
  wait: (milliseconds: number) => setTimeout(milliseconds),
  random: Math.random,
})

const firstPause = 50
const longestPause = 5000

/**
 * Waits before the next try: any time up to one that doubles, so that those who met do not meet again.
 * @param tries made so far, from 1
 */
export async function pauseAfter(tries: number, { wait, random }: Patience): Promise<void> {
  await wait(Math.ceil(random() * Math.min(longestPause, firstPause * 2 ** (tries - 1))))
}
