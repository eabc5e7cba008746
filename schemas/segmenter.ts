import { z } from 'zod'
import { LabelList } from './labels.ts'
import { SchemaVersion, Sha256 } from './record.ts'
import { RunVersion } from './run.ts'

/** Backbones of the segmenter, the smallest first. */
export const Backbone = z.enum(['small', 'resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152'])
export type Backbone = z.infer<typeof Backbone>

/** How a segmenter is trained. */
export const SegmenterOptions = z.object({
  backbone: Backbone,
  /** Input pixels to a pixel of features, along one axis. */
  outputStride: z.union([z.literal(8), z.literal(16)]),
  /** Pixels of the images that the network takes; others are resized. */
  width: z.int().min(32).max(2048),
  height: z.int().min(32).max(2048),
  /** Upper limit of optimizer steps. */
  steps: z.int().min(1).max(10_000_000),
  /** Images per step. */
  batch: z.int().min(1).max(1024),
  optimizer: z.enum(['sgd', 'adam']),
  learningRate: z.number().positive().max(10),
  momentum: z.number().min(0).max(1),
  weightDecay: z.number().min(0).max(1),
  /** Whether rare parts weigh more in the loss. */
  balanceParts: z.boolean(),
  /** Whether images are changed at random, so that the segmenter gets on with those of another kind. */
  augment: z.boolean(),
  /** Steps between two looks at the held-out images. */
  interval: z.int().min(1),
  /** Looks without improvement after which training stops. */
  patience: z.int().min(1),
  heldOutShare: z.number().min(0).max(0.9),
  seed: z.int().min(0),
})
export type SegmenterOptions = z.infer<typeof SegmenterOptions>

/** What is chosen by whoever wants a segmenter; the rest follows. */
export const SegmenterWish = SegmenterOptions.partial().strict()
export type SegmenterWish = z.infer<typeof SegmenterWish>

const Share = z.number().min(0).max(1)

/** Weights that a training began with. */
export const PretrainedRecord = z.object({
  /** File name or address, without credentials. */
  source: z.string().min(1),
  sha256: Sha256,
  /** The backbone alone, or head and backbone. */
  kind: z.enum(['backbone', 'whole']),
  /** Tensors that were taken. */
  loaded: z.int().min(1),
  /** Tensors that begin untrained, and tensors of the file that have no place in the network. */
  untrained: z.array(z.string()),
  leftOver: z.array(z.string()),
})
export type PretrainedRecord = z.infer<typeof PretrainedRecord>

/** `runs/<version>/segmenter.json`: written last; where it is, weights and graph are whole. It holds no times. */
export const SegmenterRecord = z.object({
  schemaVersion: SchemaVersion,
  run: RunVersion,
  options: SegmenterOptions,
  /** What the training was made from: options, images, labels and weights. */
  inputs: Sha256,
  parts: LabelList.shape.parts,
  images: z.object({ training: z.int().min(1), heldOut: z.int().min(1) }),
  pretrained: PretrainedRecord.nullable(),
  history: z.array(
    z.object({
      step: z.int().min(1),
      trainLoss: z.number(),
      heldOutLoss: z.number(),
      heldOutIou: Share.optional(),
    }),
  ),
  /** What the weights that were kept reach on the generated images that were held out. */
  heldOut: z.object({
    loss: z.number(),
    /** Mean over the parts that occur. */
    miou: Share,
    /** Null where a part occurs in neither truth nor prediction. */
    parts: z.array(z.object({ id: z.int().min(0), name: z.string(), iou: Share.nullable() })),
  }),
})
export type SegmenterRecord = z.infer<typeof SegmenterRecord>
