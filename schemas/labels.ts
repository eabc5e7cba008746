import { z } from 'zod'

/** The largest number of parts: label maps are 8-bit, so that every tool can read them. */
export const maximumParts = 256

/** One class of the label list. Its name is a path in the partonomy: `person/face/eyes`. */
export const Part = z.object({
  id: z
    .int()
    .min(0)
    .max(maximumParts - 1),
  name: z
    .string()
    .min(1)
    .regex(/^[^/]+(\/[^/]+)*$/, 'a part name is a path without empty steps, like person/face/eyes'),
  color: z.string().regex(/^#[0-9a-f]{6}$/, 'a colour is #rrggbb in lower case'),
})
export type Part = z.infer<typeof Part>

/** The label list of a dataset: ids count from 0 without gaps, in the order of the list; part 0 is the background. */
export const LabelList = z.object({
  parts: z
    .array(Part)
    .min(2, 'a label list needs at least two parts: the background and one more')
    .max(maximumParts, `a label list holds at most ${maximumParts} parts, because label maps are 8-bit`)
    .refine((parts) => parts.every((part, index) => part.id === index), 'part ids count from 0 without gaps')
    .refine((parts) => new Set(parts.map((part) => part.name)).size === parts.length, 'part names are unique'),
  /** ψ of the truncation trick: 1 leaves latents as they are, 0 gives the average image. */
  truncation: z.number().min(0).max(2),
})
export type LabelList = z.infer<typeof LabelList>
