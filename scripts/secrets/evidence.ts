/** Gathers what came out of the programs that are checked, and which secrets went in. */
import type { Canary } from './canaries.ts'
import { describeLeaks, type Place, type Search } from './search.ts'

/** What the check cannot go on after. */
export class CheckError extends Error {
  override readonly name = 'CheckError'
}

export type Source = 'log line' | 'response' | 'stored object'

/** What became of a request with a secret. */
export type Outcome = 'let in' | 'refused'

export interface Evidence {
  /** Keeps something that may hold no secret. */
  keep(source: Source, place: Place): void
  /** Notes all secrets that stand in what was sent. */
  sent(content: Place['content'], outcome: Outcome): void
  /** Whether a text may be shown to people. */
  isClean(text: string): boolean
  /** How much there is of each source. */
  count(source: Source): number
  /** A sentence on each secret that came out. */
  leaks(): readonly string[]
  /** Sentences on all that is wrong: also on secrets that never went in, and on what there was nothing of. */
  findings(): readonly string[]
}

const sources: readonly Source[] = ['log line', 'response', 'stored object']

export function gatherEvidence(search: Search, canaries: readonly Canary[]): Evidence {
  const counts = new Map<Source, number>(sources.map((source) => [source, 0]))
  const leaks: string[] = []
  const used = new Map<Canary, Set<Outcome>>()
  const isUsed = (canary: Canary): boolean => {
    const outcomes = used.get(canary)
    if (canary.purpose === 'looked for') return true
    return canary.purpose === 'let in' ? outcomes?.has('let in') === true : outcomes !== undefined
  }
  return {
    keep(source, place) {
      counts.set(source, (counts.get(source) ?? 0) + 1)
      leaks.push(...describeLeaks(search, place))
    },
    sent(content, outcome) {
      for (const { canary } of search.leaksIn(content)) used.set(canary, (used.get(canary) ?? new Set()).add(outcome))
    },
    isClean: (text) => search.leaksIn(text).length === 0,
    count: (source) => counts.get(source) ?? 0,
    leaks: () => [...new Set(leaks)],
    findings() {
      const unused = canaries
        .filter((canary) => !isUsed(canary))
        .map(({ name, purpose }) => `${name} was never ${purpose}: nothing is proved of it`)
      const empty = sources
        .filter((source) => counts.get(source) === 0)
        .map((source) => `there was no ${source} to look at: nothing is proved`)
      return [...new Set(leaks), ...unused, ...empty]
    },
  }
}
