import { z } from 'zod'
import { RunVersion } from './run.ts'

/** The version before the first run: what an annotation platform is told, and what Hugging Face drafts carry. */
export const draftVersion = 'sixteen-v0'

/** What predictions are stamped with: the version of a run, or sixteen-v0 before the first. */
export const ModelVersion = z.union([z.literal(draftVersion), RunVersion])
export type ModelVersion = z.infer<typeof ModelVersion>
