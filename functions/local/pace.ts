/** A look takes this share of a platform's time at most: people work on it meanwhile. */
const rest = 4
/** Shorter rests are not worth keeping. */
const shortestRest = 1000
const longestRest = 30_000

export interface Pace {
  /** Milliseconds for which a project is to be left alone; 0 where it may be looked at. */
  restOf(project: string): number
  /** A look at it ended, which took so many milliseconds. */
  looked(project: string, took: number): void
}

/**
 * Spaces looks at large projects out: each look reads all of their paintings, and a person who paints causes one with
 * every submission. After a look a project rests four times as long as the look took, half a minute at most.
 * @param now milliseconds
 */
export function openPace(now: () => number): Pace {
  const restUntil = new Map<string, number>()
  return {
    restOf(project) {
      const left = (restUntil.get(project) ?? 0) - now()
      if (left <= 0) restUntil.delete(project)
      return Math.max(0, left)
    },
    looked(project, took) {
      const pause = Math.min(longestRest, rest * took)
      if (pause >= shortestRest) restUntil.set(project, now() + pause)
    },
  }
}
