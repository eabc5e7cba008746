/** Trains a segmenter on labelled images, until those that are held out say that it no longer helps. */
import type { Engine } from '../onnx/engine.ts'
import { type FitCheckpoint, type FitHooks, type FitSchedule, fitModel, type LossPoint } from '../onnx/fit.ts'
import { float32Data, type HostTensor } from '../onnx/hostTensor.ts'
import { initialState } from '../onnx/training.ts'
import { classWeightsOf } from './classWeights.ts'
import { type HeldOutMeasure, openHeldOut } from './heldOut.ts'
import { imageOrder } from './imageOrder.ts'
import { initialDeepLab } from './initialWeights.ts'
import { stackImages } from './joinImages.ts'
import { checkLabelledImages, type LabelledImages, pickImages } from './labelledImages.ts'
import type { Segmenter, SegmenterNetwork } from './segmenter.ts'
import { type OptimizerChoice, segmenterTraining } from './segmenterTraining.ts'

export interface SegmenterFitOptions extends OptimizerChoice, Omit<FitSchedule, 'stepsPerCall'> {
  readonly seed: number
  /** Images per step. */
  readonly batch: number
  /** Whether rare parts weigh more in the loss: 1 / √share instead of 1. */
  readonly balanceParts: boolean
}

/** Found by measurement on the avatars: two and a half minutes on two cores with the small network. */
export const defaultSegmenterFitOptions: SegmenterFitOptions = {
  seed: 0,
  steps: 400,
  batch: 16,
  optimizer: 'adam',
  learningRate: 3e-3,
  momentum: 0.9,
  weightDecay: 1e-4,
  balanceParts: true,
  interval: 50,
  patience: 6,
}

export interface SegmenterProblem {
  readonly network: SegmenterNetwork
  readonly data: LabelledImages
  readonly heldOut: LabelledImages
  /** Changes a step's images, [batch] of them: it must depend on them and the step's number alone. */
  readonly augment?: ((images: LabelledImages, step: number) => LabelledImages) | undefined
  /** What training begins with. Default: weights drawn by the options' seed. */
  readonly start?: ReadonlyMap<string, HostTensor> | undefined
}

export interface SegmenterFit {
  /** With the smallest loss on the images that were held out. */
  readonly segmenter: Segmenter
  readonly history: readonly LossPoint[]
  /** What the segmenter reaches on the images that were held out. */
  readonly heldOut: HeldOutMeasure
}

/** Bytes of images and labels that are handed over at once: training is interrupted between two calls. */
const callBytes = 2 ** 23
const mostStepsPerCall = 8

/**
 * @param resume what an earlier attempt left, of the same problem and options
 * @throws SegmenterError where the images do not fit the network; TrainingError where a loss is not finite, or the
 *   checkpoint is another training's; the signal's reason
 */
export async function fitSegmenter(
  engine: Engine,
  { network, data, heldOut, augment, start }: SegmenterProblem,
  options: SegmenterFitOptions,
  hooks: FitHooks = {},
  resume?: FitCheckpoint,
): Promise<SegmenterFit> {
  for (const images of [data, heldOut]) checkLabelledImages(images, network)
  const { batch, balanceParts } = options
  const classWeights = classWeightsOf(data, network.classes, balanceParts)
  const definition = segmenterTraining(network, { ...options, classWeights })
  const order = imageOrder(data.count, batch, options.seed)
  const minibatch = (step: number): LabelledImages => {
    const images = pickImages(data, order(step))
    return augment?.(images, step) ?? images
  }
  const measurer = await openHeldOut(engine, network, heldOut, { batch, classWeights })
  try {
    const { best, history } = await fitModel(
      engine,
      {
        definition,
        start: initialState(definition, start ?? initialDeepLab(network, options.seed)),
        data: {},
        batches: (first, count) => stackImages(Array.from({ length: count }, (_, index) => minibatch(first + index))),
        trainLoss: ({ loss }) => float32Data(loss, 'loss').at(-1) ?? Number.NaN,
        heldOutLoss: async (tensors) => {
          const { loss, miou } = await measurer.measure(tensors)
          return { loss, iou: miou }
        },
      },
      { ...options, stepsPerCall: stepsPerCall(network, batch, options.interval) },
      hooks,
      resume,
    )
    const segmenter = { network, tensors: best }
    return { segmenter, history, heldOut: await measurer.measure(Object.fromEntries(best)) }
  } finally {
    await measurer.release()
  }
}

/** @param images of one step */
export function stepsPerCall({ size }: SegmenterNetwork, images: number, interval: number): number {
  const bytes = 4 * images * size.width * size.height
  return Math.max(1, Math.min(mostStepsPerCall, interval, Math.floor(callBytes / bytes)))
}
