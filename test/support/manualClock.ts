/** A clock that stands still until a test moves it. */
export interface ManualClock {
  now(): number
  after(milliseconds: number, call: () => void): () => void
  /** Moves on, and calls what is due by then. */
  advance(milliseconds: number): void
  /** Resolves as soon as somebody waits for the clock. */
  awaited(): Promise<void>
}

interface Timer {
  readonly at: number
  readonly call: () => void
}

export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  const timers = new Set<Timer>()
  const watchers = new Set<() => void>()
  let time = start
  return {
    now: () => time,
    after(milliseconds, call) {
      const timer = { at: time + milliseconds, call }
      timers.add(timer)
      for (const watcher of watchers) watcher()
      watchers.clear()
      return () => timers.delete(timer)
    },
    advance(milliseconds) {
      time += milliseconds
      const due = [...timers].filter(({ at }) => at <= time).sort((one, other) => one.at - other.at)
      for (const timer of due) {
        timers.delete(timer)
        timer.call()
      }
    },
    awaited: () =>
      new Promise((resolve) => {
        if (timers.size > 0) resolve()
        else watchers.add(resolve)
      }),
  }
}
