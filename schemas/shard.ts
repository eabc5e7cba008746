import { z } from 'zod'
import { ManifestLine } from './manifest.ts'
import { SchemaVersion } from './record.ts'
import { RunVersion } from './run.ts'

/** A generated image before curating: what is kept is decided over all shards together. */
export const ShardLine = ManifestLine.omit({ kept: true })
export type ShardLine = z.infer<typeof ShardLine>

/**
 * `runs/<version>/shards/<k>.json`: what one generate job made. It is written after the shard's images, so that it says
 * they are all there. It holds no times: made twice, it is the same bytes.
 */
export const Shard = z.object({
  schemaVersion: SchemaVersion,
  run: RunVersion,
  /** Counted from 0. */
  shard: z.int().min(0),
  /** Pixels of each part, over all label maps of the shard. */
  partPixels: z.array(z.int().min(0)),
  lines: z
    .array(ShardLine)
    .refine((lines) => new Set(lines.map((line) => line.id)).size === lines.length, 'a sample has one line'),
})
export type Shard = z.infer<typeof Shard>
