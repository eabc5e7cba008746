import type { LabelList } from '../../schemas/labels.ts'
import type { ManifestLine } from '../../schemas/manifest.ts'

export interface NextSeed {
  readonly line: ManifestLine
  /** Why this one, in a few words. */
  readonly reason: string
}

export interface NextSeedOptions {
  readonly count: number
  /** Parts painted on too few pixels, by id. */
  readonly scarceParts: readonly number[]
}

/**
 * The samples worth painting next: where the ensemble disagrees most, those with scarce parts first, so that one more
 * painted image teaches as much as possible.
 */
export function nextSeeds(
  lines: readonly ManifestLine[],
  { parts }: LabelList,
  { count, scarceParts }: NextSeedOptions,
): readonly NextSeed[] {
  const byScore = lines.toSorted((a, b) => b.score - a.score || a.seed - b.seed)
  const chosen = new Map<string, NextSeed>()
  for (const id of scarceParts) {
    const line = byScore.find((candidate) => candidate.parts.includes(id) && !chosen.has(candidate.id))
    const name = parts[id]?.name
    if (line !== undefined && name !== undefined && chosen.size < count)
      chosen.set(line.id, {
        line,
        reason: `shows ${name}, which was painted on few pixels, and the ensemble disagrees`,
      })
  }
  for (const line of byScore) {
    if (chosen.size >= count) break
    if (!chosen.has(line.id)) chosen.set(line.id, { line, reason: 'the ensemble disagrees on it more than on others' })
  }
  return [...chosen.values()]
}
