import { z } from 'zod'
import { SchemaVersion, Slug } from './record.ts'

/** What makes one sample again: the generator's name, the seed of its latent, and ψ of the truncation trick. */
export const SampleRecipe = z.object({
  generator: Slug,
  /** Seed as `numpy.random.RandomState` takes it: 0 to 2³² − 1. */
  seed: z.int().min(0).max(0xffff_ffff),
  truncation: z.number().min(0).max(2),
})
export type SampleRecipe = z.infer<typeof SampleRecipe>

/**
 * The id of a sample: readable, the same wherever it is asked for, different for different recipes. Numbers are written
 * with the fewest digits that name them, so no two truncations share an id.
 *
 * @example sampleId({ generator: 'avatars', seed: 100, truncation: 0.7 }) // 'avatars-s100-t0.7'
 * @throws ZodError when the recipe is not one
 */
export const sampleId = (recipe: SampleRecipe): string => {
  const { generator, seed, truncation } = SampleRecipe.parse(recipe)
  return `${generator}-s${seed}-t${truncation}`
}

/** `samples/<id>.json`: one generated image. Its picture stands beside it as `<id>.png`. */
export const Sample = SampleRecipe.extend({ schemaVersion: SchemaVersion, id: z.string() }).refine(
  (sample) => sample.id === sampleId(sample),
  { path: ['id'], error: 'a sample is named by its generator, seed and truncation, like avatars-s100-t0.7' },
)
export type Sample = z.infer<typeof Sample>
