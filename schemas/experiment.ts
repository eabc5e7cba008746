import { z } from 'zod'
import { Part } from './labels.ts'
import { SchemaVersion, Slug } from './record.ts'
import { RunMachine } from './run.ts'
import { SegmenterOptions } from './segmenter.ts'

const Count = z.int().min(1)
const Share = z.number().min(0).max(1)

/** The method: a generated dataset, of which the most uncertain images are dropped. */
export const OursArm = z.object({
  kind: z.literal('ours'),
  /** Images before the filter. */
  generated: Count,
  /** Painted images that the interpreter learns. */
  seeds: Count,
  /** Share of the images that is dropped. */
  filter: z.number().min(0).max(0.9),
  /** ψ of the generated images. */
  truncation: z.number().min(0).max(2),
  /** Classifiers of the ensemble. */
  members: z.int().min(1).max(100),
  /** At random, or where an interpreter of fewer seeds disagreed most. */
  chosen: z.enum(['random', 'disagreement']),
  labeler: z.enum(['ensemble', 'student']),
})
export type OursArm = z.infer<typeof OursArm>

/** A way to a segmenter: all of them are the same network, measured on the same real images. */
export const Arm = z.discriminatedUnion('kind', [
  /** Real images with their true labels. */
  z.object({ kind: z.literal('supervised'), images: Count }),
  /** Weights of another task; what is left to learn is learned from the painted seeds. */
  z.object({ kind: z.literal('transfer') }),
  /** The painted seeds, and real images without labels: s4GAN, with its second branch or without. */
  z.object({ kind: z.literal('semi-supervised'), classification: z.boolean() }),
  /** Generated images as the annotator would paint each of them: what a perfect interpreter would reach. */
  z.object({ kind: z.literal('annotated'), generated: Count }),
  OursArm,
])
export type Arm = z.infer<typeof Arm>

/** One training of an experiment. */
export const Trial = z.object({
  /** Names all that decides its result. */
  id: z.string().regex(/^[0-9a-f]{16}$/, 'a trial is named by 16 hexadecimal digits'),
  arm: Arm,
  /** Decides initial weights and order, and which of the images and seeds are learned. */
  randomSeed: z.int().min(0),
})
export type Trial = z.infer<typeof Trial>

/** mIoU over a whole set of images, the background included, in both definitions. */
export const MeasuredIou = z.object({
  /** Mean over the parts that occur: the usual one. */
  presentOnly: Share,
  /** A part that does not occur counts as 0: that of the code published with DatasetGAN. */
  absentAsZero: Share,
})
export type MeasuredIou = z.infer<typeof MeasuredIou>

/** What came of a trial. */
export const TrialRecord = z.object({
  schemaVersion: SchemaVersion,
  trial: Trial,
  options: SegmenterOptions,
  images: z.object({ training: Count, heldOut: Count }),
  /** On the real test images. */
  miou: MeasuredIou,
  parts: z.array(z.object({ id: z.int().min(0), name: z.string(), iou: Share.nullable() })),
  /** On held-out images of the kind that was learned, with labels of that kind. */
  heldOut: MeasuredIou,
  /** Of the labels of generated images, against the annotator; where there is one who can label them all. */
  interpreter: MeasuredIou.extend({ images: Count }).optional(),
  /** What is to be known of how it was done. */
  notes: z.array(z.string()),
  /** Optimizer steps of all its trainings of segmenters. */
  steps: z.int().min(0),
  /** Of the attempt that ended it, without what other trials had made before. */
  seconds: z.number().min(0),
  machine: RunMachine,
})
export type TrialRecord = z.infer<typeof TrialRecord>

/** An arm over all its random seeds. */
export const ArmSummary = z.object({
  arm: Arm,
  name: z.string(),
  trials: Count,
  miou: z.object({ mean: Share, deviation: z.number().min(0).nullable() }),
  absentAsZero: z.object({ mean: Share, deviation: z.number().min(0).nullable() }),
  heldOut: z.object({ mean: Share, deviation: z.number().min(0).nullable() }),
  interpreter: z.object({ mean: Share, deviation: z.number().min(0).nullable() }).nullable(),
  /** Mean IoU of each part over the trials; null where it occurs in none. */
  parts: z.array(z.number().min(0).max(1).nullable()),
  /** Mean. */
  seconds: z.number().min(0),
})
export type ArmSummary = z.infer<typeof ArmSummary>

/** `results.json` of an experiment. */
export const ExperimentResults = z.object({
  schemaVersion: SchemaVersion,
  data: Slug,
  preset: z.string(),
  parts: z.array(Part),
  testImages: Count,
  /** Arms that could not be tried, and why. */
  leftOut: z.array(z.object({ name: z.string(), reason: z.string() })),
  arms: z.array(ArmSummary),
  trials: z.array(TrialRecord),
})
export type ExperimentResults = z.infer<typeof ExperimentResults>
