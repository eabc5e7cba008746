import { z } from 'zod'
import { Instant, SchemaVersion, Sha256 } from './record.ts'

/** `annotations/<sample>.json`: whose label map stands beside it as `<sample>.png`. */
export const Annotation = z.object({
  schemaVersion: SchemaVersion,
  /** Id of the sample that was painted. */
  sample: z.string().min(1),
  /** Where the label map came from, in words that find it again: a file's name, or the platform's annotation id. */
  source: z.string().min(1),
  updatedAt: Instant,
  /** SHA-256 of the label map's PNG file: a run's inputs name it, so a correction makes a new run. */
  sha256: Sha256,
  /** What else the annotation platform told of it. */
  effort: z
    .object({
      /** That a person spent, where it was measured. */
      seconds: z.number().min(0).optional(),
      drawnRegions: z.int().min(0),
      changedRegions: z.int().min(0),
      untouchedRegions: z.int().min(0),
    })
    .optional(),
})
export type Annotation = z.infer<typeof Annotation>
