import { setImmediate } from 'node:timers/promises'

/** Time that moves on by itself whenever nothing else is left to do but wait for it: waits cost nothing. */
export interface SimulatedTime {
  /** Milliseconds since 1970. */
  now(): number
  /** Ends early, by throwing the signal's reason, when the signal is aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Lets time pass until the promise is settled. */
  until<Result>(promise: Promise<Result>): Promise<Result>
  /** Seconds since the beginning. */
  seconds(): number
}

export function simulatedTime(start = Date.UTC(2030, 0, 1)): SimulatedTime {
  const timers = new Set<{ readonly at: number; readonly ring: () => void }>()
  let time = start

  const moveOn = (): void => {
    const [next] = [...timers].toSorted((one, other) => one.at - other.at)
    if (next === undefined) return
    time = Math.max(time, next.at)
    timers.delete(next)
    next.ring()
  }
  return {
    now: () => time,
    seconds: () => (time - start) / 1000,
    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const timer = { at: time + milliseconds, ring: () => resolve() }
        timers.add(timer)
        signal?.addEventListener('abort', () => {
          if (timers.delete(timer)) reject(signal.reason)
        })
      }),
    async until(promise) {
      const settled = { yet: false }
      const over = () => {
        settled.yet = true
      }
      promise.then(over, over)
      for (;;) {
        await setImmediate()
        if (settled.yet) return await promise
        moveOn()
      }
    },
  }
}
