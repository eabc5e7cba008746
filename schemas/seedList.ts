import { z } from 'zod'
import { SchemaVersion } from './record.ts'

/** A sample that is to be painted, and why it was chosen. */
export const SeedChoice = z.object({
  sample: z.string().min(1),
  reason: z.enum([
    /** Far from the others in latent space. */
    'spread',
    /** The ensemble disagrees on it. */
    'disagreement',
  ]),
})
export type SeedChoice = z.infer<typeof SeedChoice>

/** `seeds.json`: the samples that a person is asked to paint. It only grows; a skipped seed is followed by another. */
export const SeedList = z
  .object({
    schemaVersion: SchemaVersion,
    /** How many there are to be. */
    wanted: z.int().min(0).max(10_000),
    /** Those chosen so far, in the order of the choice. */
    chosen: z.array(SeedChoice),
    /** Why the last attempt at making and showing them failed; absent since it succeeded. */
    failure: z.string().optional(),
  })
  .refine(({ chosen }) => new Set(chosen.map(({ sample }) => sample)).size === chosen.length, 'a seed is chosen once')
export type SeedList = z.infer<typeof SeedList>
