import { z } from 'zod'
import { LabelList } from './labels.ts'

/** A picture inside the page itself, so that the report is one file: `data:image/png;base64,…`. */
export const ImageDataUri = z
  .string()
  .regex(
    /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/,
    'an image is a base64 data URI of a PNG, JPEG or WebP',
  )

/** A place beside the report: a relative path that stays in its folder. */
export const RelativeLink = z
  .string()
  .min(1)
  .regex(
    /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^:\\]+$/,
    'a link is a path relative to the report, without .. and without scheme',
  )

const Share = z.number().min(0).max(1)
const Seconds = z.number().min(0)
const Count = z.int().min(0)
const PartId = z.int().min(0)
const Seed = z.int().min(0).max(0xffff_ffff)

/** A painted image: what the person was shown, and the parts painted on it. */
export const ReportSeedSample = z.object({
  seed: Seed,
  image: ImageDataUri,
  /** Label map in the colours of the label list, one pixel per label. */
  labels: ImageDataUri,
})
export type ReportSeedSample = z.infer<typeof ReportSeedSample>

/** A generated image with everything known of it. */
export const ReportSample = z.object({
  id: z.string().min(1),
  seed: Seed,
  /** Image uncertainty in nats; higher is worse. */
  score: z.number().min(0),
  kept: z.boolean(),
  image: ImageDataUri,
  /** Label map in the colours of the label list, one pixel per label. */
  labels: ImageDataUri,
  /** Jensen-Shannon divergence per pixel, in the colours of `heatPalette`. */
  heatMap: ImageDataUri.optional(),
  /** Ids of the parts that the label map shows, ascending. */
  parts: z.array(PartId),
  /** The command that makes this image again. */
  command: z.string().min(1),
})
export type ReportSample = z.infer<typeof ReportSample>

/** What is known of one part, over the seeds and over the generated images that were kept. */
export const ReportPart = z.object({
  id: PartId,
  /** Pixels painted, over all seeds. */
  seedPixels: Count,
  /** Seeds on which the part was painted. */
  seedImages: Count,
  /** Share of all painted pixels. */
  seedShare: Share,
  /** Share of all generated pixels. */
  generatedShare: Share,
  /** Generated images that show the part. */
  generatedImages: Count,
  /** Intersection over union of the evaluation; null where the part occurs in neither truth nor prediction, or none was made. */
  iou: Share.nullable(),
})
export type ReportPart = z.infer<typeof ReportPart>

/** Mean IoU at one level of the partonomy, in both definitions. */
export const ReportLevel = z.object({
  level: z.int().min(1),
  /** Number of parts at this level, the background included. */
  parts: z.int().min(1),
  /** A part absent from truth and prediction counts as 0: the definition of the code published with DatasetGAN. */
  absentAsZero: Share,
  /** Absent parts are left out of the mean: the usual definition. */
  presentOnly: Share,
})
export type ReportLevel = z.infer<typeof ReportLevel>

/** What the interpreter reaches on images it has not seen. */
export const ReportEvaluation = z.object({
  /** How it was measured, as a noun phrase: `leave-one-image-out over the seeds`. */
  method: z.string().min(1),
  pixelAccuracy: Share,
  levels: z.array(ReportLevel).min(1),
})
export type ReportEvaluation = z.infer<typeof ReportEvaluation>

/** An image worth painting next. */
export const ReportNextSeed = z.object({
  seed: Seed,
  image: ImageDataUri,
  heatMap: ImageDataUri.optional(),
  /** Why this one, in a few words: `shows glasses, and the ensemble disagrees on them`. */
  reason: z.string().min(1),
})
export type ReportNextSeed = z.infer<typeof ReportNextSeed>

/** Loss over the steps of one training. */
export const ReportLossCurve = z.object({
  /** What was trained: `interpreter (mean of 10 members)`. */
  name: z.string().min(1),
  points: z
    .array(z.object({ step: Count, train: z.number(), heldOut: z.number().nullable() }))
    .min(1, 'a loss curve needs a point'),
  /** The step whose weights were kept; null where the last ones were. */
  keptStep: Count.nullable(),
})
export type ReportLossCurve = z.infer<typeof ReportLossCurve>

/** One phase of the run, in the order in which they ran. */
export const ReportPhase = z.object({ name: z.string().min(1), seconds: Seconds })
export type ReportPhase = z.infer<typeof ReportPhase>

/** One line of a list of facts: `{ name: 'Memory', value: '16 GiB' }`. */
export const ReportFact = z.object({ name: z.string().min(1), value: z.string().min(1) })
export type ReportFact = z.infer<typeof ReportFact>

/** The model for real images that was trained on the run's dataset. */
export const ReportSegmenter = z.object({
  /** Mean IoU over the parts that occur, on generated images that were held out. */
  miou: Share,
  /** IoU is null where a part occurs in neither truth nor prediction. */
  parts: z.array(z.object({ id: PartId, name: z.string(), iou: Share.nullable() })),
  /** About its network and training. */
  facts: z.array(ReportFact),
})
export type ReportSegmenter = z.infer<typeof ReportSegmenter>

const ReportShape = z.object({
  title: z.string().min(1),
  /** The run's name: `sixteen-v1`. */
  version: z.string().min(1),
  /** When the run ended. */
  finishedAt: z.iso.datetime(),
  labelList: LabelList,
  totals: z.object({
    seeds: Count,
    generated: Count,
    kept: Count,
    dropped: Count,
    /** Generated images per second, labels included. */
    imagesPerSecond: z.number().min(0),
  }),
  phases: z.array(ReportPhase),
  seedSamples: z.array(ReportSeedSample),
  /** Some of the images that were kept; about 48 make a good gallery. */
  gallery: z.array(ReportSample),
  /** The most uncertain images, most uncertain first. */
  dropped: z.array(ReportSample),
  uncertainty: z.object({
    /** Score of every generated image, in any order. */
    scores: z.array(z.number().min(0)),
    /** Images above this score were dropped; null where none was. */
    threshold: z.number().min(0).nullable(),
    /** The divergence in nats that the last colour of the heat maps stands for. */
    heatMapMaximum: z.number().positive(),
  }),
  /** One entry for each part of the label list, in its order. */
  parts: z.array(ReportPart),
  evaluation: ReportEvaluation.nullable(),
  painting: z.object({
    /** A part painted on fewer pixels than this is called scarce. */
    minimumPixels: Count,
    nextSeeds: z.array(ReportNextSeed),
  }),
  training: z.array(ReportLossCurve),
  /** Where the run has one. */
  segmenter: ReportSegmenter.optional(),
  /** About the generator: name, resolution, truncation, licence. */
  generator: z.array(ReportFact),
  /** About what labelled the images: ensemble or student, and how well the student agrees with the ensemble. */
  labeler: z.array(ReportFact),
  /** About the machine: processor, memory, device, versions. */
  machine: z.array(ReportFact),
  /** What a person would need, to compare with. */
  cost: z.object({
    minutesPerImage: z.number().positive(),
    /** What the annotation platform measured, where it did: minutesPerImage is their mean then. */
    measured: z
      .object({
        /** Paintings with a time, and the minutes in all. */
        paintings: z.int().min(1),
        minutes: z.number().min(0),
        /** Regions that a person drew or changed, and those left as predicted. */
        humanRegions: Count,
        untouchedRegions: Count,
      })
      .optional(),
    hourlyRate: z.number().min(0),
    /** ISO 4217: `USD`. */
    currency: z.string().regex(/^[A-Z]{3}$/, 'a currency is its ISO 4217 code, like USD'),
  }),
  /** What lies beside the report. */
  links: z.array(z.object({ label: z.string().min(1), href: RelativeLink, about: z.string() })),
})

/** Everything that the report page shows of one run. */
export const ReportData = ReportShape.superRefine((report, context) => {
  const { totals, labelList } = report
  const complain = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message })
  if (totals.kept + totals.dropped !== totals.generated) {
    complain(['totals'], `${totals.kept} kept and ${totals.dropped} dropped are not ${totals.generated} generated`)
  }
  if (report.parts.length !== labelList.parts.length || report.parts.some((part, index) => part.id !== index)) {
    complain(['parts'], `there is one entry for each of the ${labelList.parts.length} parts, in the label list's order`)
  }
  for (const list of ['gallery', 'dropped'] as const) {
    for (const [index, sample] of report[list].entries()) {
      const unknown = sample.parts.find((id) => id >= labelList.parts.length)
      if (unknown !== undefined) complain([list, index, 'parts'], `part ${unknown} is not in the label list`)
    }
  }
})
export type ReportData = z.infer<typeof ReportData>
