import type { ManifestLine } from '../../../schemas/manifest.ts'

/**
 * Which kept images of a run are shown to people: evenly over the scores, from the most certain to the least, so that
 * correcting them teaches something and looking at them shows what the dataset is like.
 * @param share of the kept images, 0 to 1
 * @returns in the order of the manifest
 */
export function choosePublished(lines: readonly ManifestLine[], share: number): readonly ManifestLine[] {
  const kept = lines.filter((line) => line.kept)
  const count = Math.round(kept.length * share)
  const byScore = kept.toSorted((a, b) => a.score - b.score || a.seed - b.seed)
  const chosen = new Set(
    Array.from({ length: count }, (_, index) => byScore[Math.floor(((index + 0.5) * kept.length) / count)]?.id),
  )
  return kept.filter(({ id }) => chosen.has(id))
}
