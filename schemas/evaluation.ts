import { z } from 'zod'
import { SchemaVersion } from './record.ts'
import { RunVersion } from './run.ts'

const Share = z.number().min(0).max(1)

/** `runs/<version>/evaluation.json`: what the interpreter reaches on seeds that it has not seen. */
export const Evaluation = z.object({
  schemaVersion: SchemaVersion,
  run: RunVersion,
  /** How it was measured: `leave-one-image-out over 16 seeds, 1 classifier each`. */
  method: z.string().min(1),
  /** Classifiers per left-out image, and their optimizer steps. */
  options: z.object({ members: z.int().min(1), steps: z.int().min(1) }),
  /** Null where nothing could be measured: with fewer than two seeds. */
  pixelAccuracy: Share.nullable(),
  /** Intersection over union of each part; null where it occurs in neither truth nor prediction. */
  parts: z.array(z.object({ id: z.int().min(0), name: z.string(), iou: Share.nullable() })),
  levels: z.array(
    z.object({
      level: z.int().min(1),
      parts: z.int().min(1),
      /** mIoU in the published code's definition: absent parts count as 0. */
      absentAsZero: Share,
      /** mIoU in the usual definition: absent parts are left out. */
      presentOnly: Share,
    }),
  ),
  /** How the student agrees with the ensemble, where a student labels. */
  student: z
    .object({
      samples: z.int().min(1),
      /** mIoU of the student's labels against the ensemble's, absent parts left out. */
      agreement: Share,
      /** Spearman correlation of the image scores; null where all scores are equal. */
      scoreCorrelation: z.number().min(-1).max(1).nullable(),
    })
    .nullable(),
})
export type Evaluation = z.infer<typeof Evaluation>
