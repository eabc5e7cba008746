import { z } from 'zod'
import { RunVersion } from './run.ts'

/** One line of `predictions.jsonl`: what a segmenter made of one image. */
export const PredictionLine = z.object({
  /** The image file as it was named. */
  image: z.string().min(1),
  width: z.int().min(1),
  height: z.int().min(1),
  /** Label map of the image's size, beside this file. */
  labels: z.string().min(1),
  version: RunVersion,
  /** Mean over the pixels of the chosen part's probability. */
  confidence: z.number().min(0).max(1),
  /** Parts that the label map shows, with their pixels. */
  parts: z.array(z.object({ id: z.int().min(0), name: z.string(), pixels: z.int().min(1) })),
})
export type PredictionLine = z.infer<typeof PredictionLine>
