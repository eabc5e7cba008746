import { z } from 'zod'

/**
 * Regions: what Label Studio keeps of each thing that a person, or a prediction, drew.
 * @see https://labelstud.io/guide/export#Label-Studio-JSON-format-of-annotated-tasks
 */

/**
 * What is read of any item of a result before its kind is known. Relations and answers to questions, which stand in the
 * same list, have less.
 */
export const ResultItem = z.object({
  id: z.string().nullish(),
  /** What was drawn: the control tag's name in lower case, such as `brushlabels`. */
  type: z.string(),
  to_name: z.string().nullish(),
})
export type ResultItem = z.infer<typeof ResultItem>

/** What is read of a region that was painted, whatever it was painted with. */
export const PaintedRegion = z.object({
  /** Size of the image that was painted on, in pixels. */
  original_width: z.number(),
  original_height: z.number(),
  /** Degrees by which the person turned the image. */
  image_rotation: z.number().nullish(),
  /** `prediction`, `prediction-changed` or `manual`, where the editor wrote it. */
  origin: z.string().nullish(),
  /** Of predictions; what a person draws has none. */
  score: z.number().nullish(),
  value: z.record(z.string(), z.unknown()),
})
export type PaintedRegion = z.infer<typeof PaintedRegion>

function isByteList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)
}

/** RGBA pixels, packed. */
export const BrushValue = z.object({
  format: z.literal('rle').optional(),
  // Checked by hand, since masks have many bytes.
  rle: z.custom<readonly number[]>(isByteList, 'a list of bytes, 0 to 255'),
})
export type BrushValue = z.infer<typeof BrushValue>

/** Far outside the image, but not so far that numbers lose their precision. */
export const Percent = z.number().min(-10_000).max(10_000)

/** One ring, in percent of the image's width and height. */
export const PolygonValue = z.object({
  points: z.array(z.tuple([Percent, Percent]).readonly()).readonly(),
  /** False where the person has not finished it. */
  closed: z.boolean().optional(),
})
export type PolygonValue = z.infer<typeof PolygonValue>

/** A PNG as data URL, black on transparent. */
export const BitmaskValue = z.object({ imageDataURL: z.string() })
export type BitmaskValue = z.infer<typeof BitmaskValue>

/** A region as it is sent in a prediction; the server's validation wants all of this. */
export interface Region {
  /** Unique in the result. */
  readonly id: string
  readonly from_name: string
  readonly to_name: string
  readonly type: 'brushlabels' | 'polygonlabels' | 'bitmasklabels'
  readonly original_width: number
  readonly original_height: number
  readonly image_rotation: 0
  /** 0 to 1. */
  readonly score: number
  /** The mask, and under the type's name a list of the one label. */
  readonly value: Readonly<Record<string, unknown>>
}
