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
})
export type Annotation = z.infer<typeof Annotation>
