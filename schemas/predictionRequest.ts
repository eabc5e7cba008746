import { z } from 'zod'
import { Instant, SchemaVersion } from './record.ts'

/**
 * `prediction-requests/<task>.json`: a task with an image that is not ours waits for a prediction. Removed when it has one,
 * or cannot be given one.
 */
export const PredictionRequest = z.object({
  schemaVersion: SchemaVersion,
  /** The platform's id of the task. */
  task: z.string().min(1).max(32),
  at: Instant,
  /** When the next attempt may be made. */
  notBefore: Instant.optional(),
  /** Attempts that failed for a reason that may pass. */
  failures: z.int().min(0).default(0),
})
export type PredictionRequest = z.infer<typeof PredictionRequest>
