import { z } from 'zod'

/**
 * One line of `dataset/manifest.jsonl`: one generated image. Generator, seed and truncation make the image again.
 * Paths are relative to the dataset folder.
 */
export const ManifestLine = z.object({
  id: z.string().min(1),
  seed: z.int().min(0).max(0xffff_ffff),
  truncation: z.number(),
  image: z.string(),
  labels: z.string(),
  /** Image uncertainty: mean Jensen-Shannon divergence in nats over the most uncertain tenth of the pixels. */
  score: z.number().min(0),
  /** False where the filter dropped the image for its uncertainty. */
  kept: z.boolean(),
  /** Ids of the parts that the label map shows, ascending. */
  parts: z.array(z.int().min(0)),
})
export type ManifestLine = z.infer<typeof ManifestLine>
