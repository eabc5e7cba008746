import { z } from 'zod'

/** Structure of a StyleGAN2 synthesis network (Karras et al. 2020, figure 7): how blocks pass images on. */
export const Architecture = z.enum(['skip', 'resnet', 'orig'])
export type Architecture = z.infer<typeof Architecture>

/** Facts about a generator that its weights do not tell by themselves. Stored as `generator.json` and in the weights' metadata. */
export const GeneratorFacts = z.object({
  kind: z.literal('stylegan2', { error: 'only StyleGAN2 generators are supported' }),
  architecture: Architecture,
  /** Activations are limited to ±this (times a block's gain), null for no limit. */
  convClamp: z.number().positive().nullable(),
  /** The mapping network's learning rate multiplier, which scales its stored weights (0.01 in public checkpoints). */
  mappingMultiplier: z.number().positive(),
  /** ψ with which the generator is meant to be sampled. */
  defaultTruncation: z.number().min(0).max(2),
})
export type GeneratorFacts = z.infer<typeof GeneratorFacts>
