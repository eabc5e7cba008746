import { z } from 'zod'
import { SchemaVersion } from './record.ts'
import { RunVersion } from './run.ts'
import { ShardLine } from './shard.ts'

/** `runs/<version>/seed-predictions.json`: what the run makes of the painted seeds. It is written after their label maps. */
export const SeedPredictions = z.object({
  schemaVersion: SchemaVersion,
  run: RunVersion,
  lines: z
    .array(ShardLine)
    .refine((lines) => new Set(lines.map((line) => line.id)).size === lines.length, 'a sample has one line'),
})
export type SeedPredictions = z.infer<typeof SeedPredictions>
