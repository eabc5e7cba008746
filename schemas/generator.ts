import { z } from 'zod'
import { Instant, SchemaVersion, Sha256, Slug } from './record.ts'

/** Structure of a StyleGAN2 synthesis network (Karras et al. 2020, figure 7): how blocks pass images on. */
export const Architecture = z.enum(['skip', 'resnet', 'orig'])
export type Architecture = z.infer<typeof Architecture>

/**
 * The part of the square image that shows something, in pixels from its top left corner: cars are 512 × 384 inside 512².
 * Images and label maps are cut to it.
 */
export const Crop = z.object({
  x: z.int().min(0),
  y: z.int().min(0),
  width: z.int().min(1),
  height: z.int().min(1),
})
export type Crop = z.infer<typeof Crop>

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
  /** Left out where the whole square is the image. */
  crop: Crop.optional(),
})
export type GeneratorFacts = z.infer<typeof GeneratorFacts>

/** Most characters of a note on a licence. */
export const longestLicence = 2000

/** `generators/<name>/generator.json`: what was imported, from where. Written after the weights: where it is, they are whole. */
export const GeneratorRecord = z.object({
  schemaVersion: SchemaVersion,
  name: Slug,
  facts: GeneratorFacts,
  /** Side of the square image in pixels. */
  resolution: z.int().min(4).max(4096),
  /** Channels of the synthesis blocks, from side 4 on. */
  channels: z.array(z.int().min(1)),
  /** Numbers in z. */
  latentLength: z.int().min(1),
  /** Numbers in w. */
  styleLength: z.int().min(1),
  mappingLayers: z.int().min(1),
  /** How the weights are kept. */
  precision: z.enum(['float32', 'float16']),
  /** SHA-256 of `weights.safetensors`. */
  sha256: Sha256,
  source: z.object({
    format: z.enum(['nvidia-pickle', 'rosinality', 'safetensors']),
    /** File name or address, without credentials or a query. */
    location: z.string().min(1),
    /** SHA-256 of the file that was imported. */
    sha256: Sha256,
    /** Class of a conditional network. */
    classIndex: z.int().min(0).optional(),
  }),
  /** What the person who imported it said of its licence; null where nothing was said. */
  licence: z.string().max(longestLicence).nullable(),
  importedAt: Instant,
})
export type GeneratorRecord = z.infer<typeof GeneratorRecord>
