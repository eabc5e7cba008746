import type { ManifestLine } from '../../schemas/manifest.ts'
import type { ShardLine } from '../../schemas/shard.ts'

/**
 * The filter (DatasetGAN, section 3.2): drops the floor(n × share) images with the largest uncertainty; of equally
 * uncertain ones those with the higher seed. Exact for any number of images.
 * @param lines of all shards, in any order
 * @param dropShare 0..1
 * @returns all lines in order of their seeds, each with what became of it
 */
export function curate(lines: readonly ShardLine[], dropShare: number): readonly ManifestLine[] {
  const count = Math.floor(lines.length * dropShare)
  const worstFirst = lines.toSorted((a, b) => b.score - a.score || b.seed - a.seed)
  const dropped = new Set(worstFirst.slice(0, count).map(({ id }) => id))
  return lines.toSorted((a, b) => a.seed - b.seed).map((line) => ({ ...line, kept: !dropped.has(line.id) }))
}
