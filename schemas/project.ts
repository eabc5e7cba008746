import { z } from 'zod'
import { Crop } from './generator.ts'
import { LabelList } from './labels.ts'
import { LifeSettings } from './lifeSettings.ts'
import { Instant, SchemaVersion, Sha256, Slug } from './record.ts'
import { SegmenterWish } from './segmenter.ts'

/** The most shards of a run: what one array job of the cloud's batch service takes. */
export const maximumShards = 10_000

/**
 * The annotation platforms. No name continues another with `-`, so `<platform>-<id>` belongs to one project only.
 */
export const Platform = z.enum(['local', 'label-studio'])
export type Platform = z.infer<typeof Platform>

/** The generator a project draws its samples from. */
export const Generator = z.object({
  /** Stands in sample ids. */
  name: Slug,
  kind: z.enum(['stylegan', 'stylegan2', 'stylegan3']),
  /** Side of the square image in pixels. */
  resolution: z.int().min(4).max(4096),
  /** The part of the square that is the image, where it is not all of it. */
  crop: Crop.optional(),
  /** Numbers in its latent z. */
  latentLength: z.int().min(1),
  /** SHA-256 of the weights' file: other weights are another generator, whatever their name. */
  sha256: Sha256,
})
export type Generator = z.infer<typeof Generator>

/** Size of a generator's images in pixels. */
export function imageSize({ resolution, crop }: Pick<Generator, 'resolution' | 'crop'>): ImageSize {
  return { width: crop?.width ?? resolution, height: crop?.height ?? resolution }
}
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** Every knob of a project. A stored record holds all of them; the defaults serve whoever creates one. */
export const ProjectSettings = z
  .object({
    /** Classifiers in the interpreter's ensemble. */
    members: z.int().min(1).max(100).default(10),
    /** ψ of the generated images; the label list holds that of the seeds. */
    truncation: z.number().min(0).max(2).default(0.7),
    /** Labelled images of one run. */
    samplesPerRun: z.int().min(1).max(10_000_000).default(10_000),
    /** Seed of the first generated image; the others follow. */
    firstSeed: z.int().min(0).max(0xffff_ffff).default(1000),
    /** Share of the images that the filter drops, the most uncertain first. */
    dropShare: z.number().min(0).max(1).default(0.1),
    /** Samples that one generate job makes. */
    shardSize: z.int().min(1).max(100_000).default(100),
    /** What labels the generated images: the exact ensemble, or the student distilled from it. */
    labeler: z.enum(['ensemble', 'student']),
    /** Number format of the generator's convolutions in generated images: float16 halves a GPU's memory and traffic. */
    precision: z.enum(['float32', 'float16']).default('float32'),
    /** Whether every part weighs the same in the loss, however few pixels it has. */
    balanceParts: z.boolean().default(false),
    /** Size of the label maps in pixels; it may differ from the image's. */
    labelWidth: z.int().min(1).max(4096),
    labelHeight: z.int().min(1).max(4096),
    /** The model for real images that runs train on their dataset; without it they train none. */
    segmenter: SegmenterWish.optional(),
  })
  .refine((settings) => shardCount(settings) <= maximumShards, {
    path: ['shardSize'],
    error: `a run has at most ${maximumShards} shards: make shardSize larger`,
  })
export type ProjectSettings = z.infer<typeof ProjectSettings>

interface RunSize {
  readonly samplesPerRun: number
  readonly shardSize: number
}

/** Number of shards of a run. */
export function shardCount({ samplesPerRun, shardSize }: RunSize): number {
  return Math.ceil(samplesPerRun / shardSize)
}

/** `project.json`: what a project is and how its runs are made. */
export const Project = z.object({
  schemaVersion: SchemaVersion,
  id: Slug,
  platform: Platform,
  generator: Generator,
  labelList: LabelList,
  settings: ProjectSettings,
  /** What concerns an annotation platform; a project of files has no use for it. */
  life: LifeSettings.prefault({}),
  createdAt: Instant,
})
export type Project = z.infer<typeof Project>
