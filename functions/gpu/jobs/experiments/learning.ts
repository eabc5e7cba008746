/** Trains a segmenter on labelled images, in the same way for every arm. */
import type { FitHooks } from '../../onnx/fit.ts'
import type { HostTensor } from '../../onnx/hostTensor.ts'
import { createRandom } from '../../random.ts'
import { fitSegmenter, type SegmenterFit } from '../../segmenter/fitSegmenter.ts'
import { imageChanges } from '../../segmenter/imageChanges.ts'
import { type LabelledImages, pickImages } from '../../segmenter/labelledImages.ts'
import type { SegmenterNetwork } from '../../segmenter/segmenter.ts'
import { checkpointHook, readCheckpoint } from '../checkpoints.ts'
import { heldOutCount } from '../segmenterData.ts'
import { type TrainingOfTrial, type TrialContext, trainingPlace } from './context.ts'

export interface Learning {
  readonly training: LabelledImages
  /** They choose among the weights of a training; the test images never do. */
  readonly heldOut: LabelledImages
}

/** Holds some images out, chosen by the seed: one at least, which of a single image is that image itself. */
export function holdOut(images: LabelledImages, share: number, seed: number): Learning {
  const { count } = images
  if (count === 1) return { training: images, heldOut: images }
  const order = createRandom(seed, 'experiment.heldOut').shuffle(Array.from({ length: count }, (_, place) => place))
  const held = heldOutCount(count, share)
  return { heldOut: pickImages(images, order.slice(0, held)), training: pickImages(images, order.slice(held)) }
}

export interface LearningOptions {
  readonly network: SegmenterNetwork
  readonly name: TrainingOfTrial
  readonly start?: ReadonlyMap<string, HostTensor> | undefined
  /** Default: all weights are learned. */
  readonly fitting?: typeof fitSegmenter
}

/** Goes on where an earlier attempt was interrupted, whose state stays until the trial is done. @throws what the fit throws; the signal's reason */
export async function learn(
  context: TrialContext,
  { training, heldOut }: Learning,
  { network, name, start, fitting = fitSegmenter }: LearningOptions,
): Promise<SegmenterFit> {
  const place = trainingPlace(context, name)
  const options = { ...context.settings.segmenter, seed: context.trial.randomSeed }
  const augment = options.augment ? imageChanges(options.seed) : undefined
  return fitting(
    context.engine,
    { network, data: training, heldOut, start, augment },
    options,
    {
      ...hooksOf(context, 'training the segmenter'),
      onCheckpoint: checkpointHook(place, 'segmenter', milliseconds(context)),
    },
    await readCheckpoint(place, 'segmenter'),
  )
}

/** What a training tells, and what interrupts it. */
export function hooksOf({ onProgress, signal }: TrialContext, task: string): FitHooks {
  return {
    onSteps: (done, total) => onProgress?.({ phase: 'segment', task, done, total, unit: 'steps' }),
    ...(signal === undefined ? {} : { signal }),
  }
}

function milliseconds({ now }: TrialContext): () => number {
  return () => now().getTime()
}
