import { z } from 'zod'
import { LabelList } from './labels.ts'
import bedroom from './partonomies/bedroom.json' with { type: 'json' }
import bird from './partonomies/bird.json' with { type: 'json' }
import car from './partonomies/car.json' with { type: 'json' }
import cat from './partonomies/cat.json' with { type: 'json' }
import face from './partonomies/face.json' with { type: 'json' }

/** The five domains of the DatasetGAN paper (Zhang et al., CVPR 2021). */
export const PartonomyDomain = z.enum(['face', 'car', 'bird', 'cat', 'bedroom'])
export type PartonomyDomain = z.infer<typeof PartonomyDomain>

/** A label list that ships with the package, ready for an annotation project, and where its names come from. */
export const PartonomyPreset = LabelList.extend({
  domain: PartonomyDomain,
  /** Whose part names these are, and what was changed in them. */
  source: z.string().min(1),
  /** `published`: every name stands in published code; `reconstructed`: some or all were filled in, `source` says which. */
  names: z.enum(['published', 'reconstructed']),
})
export type PartonomyPreset = z.infer<typeof PartonomyPreset>

/** There is no preset of that name. */
export class UnknownPartonomyError extends Error {
  override readonly name = 'UnknownPartonomyError'
  constructor(domain: string) {
    super(`there is no partonomy preset "${domain}"; the presets are ${PartonomyDomain.options.join(', ')}`)
  }
}

const files: Readonly<Record<PartonomyDomain, unknown>> = { face, car, bird, cat, bedroom }

/**
 * A preset, checked.
 * @throws {UnknownPartonomyError} on a domain without preset
 * @example partonomyPreset('cat').parts.map((part) => part.name)
 */
export function partonomyPreset(domain: string): PartonomyPreset {
  const known = PartonomyDomain.safeParse(domain)
  if (!known.success) throw new UnknownPartonomyError(domain)
  return PartonomyPreset.parse(files[known.data])
}
