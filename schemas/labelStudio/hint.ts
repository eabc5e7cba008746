import { z } from 'zod'
import { Percent } from './result.ts'

/**
 * Hints: what a person draws with a smart tool while auto-annotation is on, and the server hands to its backend.
 * @see https://labelstud.io/guide/ml.html#Interactive-pre-annotations
 */

/** `params.context` of `/predict`. */
export const HintContext = z.object({ result: z.array(z.unknown()) })

const Labels = z.array(z.string()).nullish().catch(undefined)
/** Pixels of an image's side. */
const Side = z.int().min(1).max(65_535).nullish().catch(undefined)

/** What is read of any item before its kind is known. */
export const HintItem = z.object({
  id: z.string().nullish().catch(undefined),
  /** The control tag's name in lower case: `keypointlabels`, `rectanglelabels`, or without labels `keypoint`, `rectangle`. */
  type: z.string(),
  to_name: z.string().nullish(),
  original_width: Side,
  original_height: Side,
  /** Degrees by which the person turned the image. */
  image_rotation: z.number().nullish(),
  /** False where the person says: not this. Read as true where it is missing, so anything but a boolean is refused. */
  is_positive: z.boolean().nullish(),
  value: z.looseObject({ keypointlabels: Labels, rectanglelabels: Labels, labels: Labels }),
})
export type HintItem = z.infer<typeof HintItem>

/** A key point; its width, the size of the dot, says nothing. */
export const PointValue = z.object({ x: Percent, y: Percent })

export const RectangleValue = z.object({
  x: Percent,
  y: Percent,
  width: Percent,
  height: Percent,
  /** Degrees, around its upper left corner. */
  rotation: z.number().nullish(),
})
