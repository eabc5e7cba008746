import { z } from 'zod'
import { styleNames } from './styles.ts'

const Seeds = z.array(z.int().min(0).max(0xffff_ffff))

/** What one thread draws at a time. All results are files, so that nothing is lost when another thread fails. */
export const DrawingTask = z.discriminatedUnion('kind', [
  /** `images/<seed>.png` and `labels/<seed>.png` of a folder. */
  z.object({
    kind: z.literal('files'),
    style: z.enum(styleNames),
    size: z.int().min(1),
    seeds: Seeds,
    folder: z.string(),
  }),
  /** One packed file of all seeds. */
  z.object({
    kind: z.literal('block'),
    style: z.enum(styleNames),
    size: z.int().min(1),
    seeds: Seeds,
    file: z.string(),
  }),
])
export type DrawingTask = z.infer<typeof DrawingTask>
