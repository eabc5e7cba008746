/** Trains the classifier of the second branch; its teacher is what is kept. */
import type { Engine, KeptTensor, Session } from '../../onnx/engine.ts'
import { type FitHooks, fitModel, type LossPoint } from '../../onnx/fit.ts'
import { float32, float32Data, type HostTensor } from '../../onnx/hostTensor.ts'
import { initialState } from '../../onnx/training.ts'
import { initialTensors } from '../initialTensors.ts'
import { joinImages, stackImages } from '../joinImages.ts'
import { type LabelledImages, pickImages } from '../labelledImages.ts'
import type { SegmenterNetwork } from '../segmenter.ts'
import {
  type ClassifierChoice,
  classifierEvaluation,
  classifierTraining,
  teacherOf,
  withTeacher,
} from './classification.ts'
import { classifierParameters, classifierStatistics, type ImageClassifier } from './imageClassifier.ts'
import { consistencyWeight, teacherDecay } from './meanTeacher.ts'
import { type Minibatch, minibatches } from './minibatches.ts'
import { presentClasses } from './presentClasses.ts'
import { lookedAt, type SemiSupervisedProblem, scheduleOf } from './problem.ts'

export interface ClassifierSchedule extends ClassifierChoice {
  readonly seed: number
  readonly interval: number
  readonly patience: number
}

export interface ClassifierFit {
  readonly classifier: ImageClassifier
  readonly history: readonly LossPoint[]
}

/** @throws TrainingError where a loss is not finite; the signal's reason */
export async function fitClassifier(
  engine: Engine,
  problem: SemiSupervisedProblem,
  schedule: ClassifierSchedule,
  hooks: FitHooks,
): Promise<ClassifierFit> {
  const { network, labelled, unlabelled, augment, start } = problem
  const { seed, batch, unlabelledBatch } = schedule
  const definition = classifierTraining(network, schedule)
  const minibatch = minibatches(labelled, unlabelled, { seed, batch, unlabelledBatch, twice: true, augment })
  const looked = lookedAt(problem)
  const lookBatch = Math.min(batch, looked.count)
  const session = await engine.load(classifierEvaluation(network, lookBatch))
  try {
    const { best, history } = await fitModel(
      engine,
      {
        definition,
        start: initialState(definition, withTeacher(initialClassifier(network, seed, start))),
        data: {},
        batches: (first, count) => {
          const steps = Array.from({ length: count }, (_, index) => first + index)
          return classifierBatches(network, steps.map(minibatch), steps, schedule)
        },
        trainLoss: ({ loss }) => float32Data(loss, 'loss').at(-1) ?? Number.NaN,
        heldOutLoss: async (tensors) => {
          const teacher = Object.fromEntries(teacherOf(Object.entries(tensors)))
          return { loss: await measure(session, network, looked, lookBatch, teacher) }
        },
      },
      scheduleOf(problem, batch + 2 * unlabelledBatch, schedule),
      hooks,
    )
    return { classifier: { network, tensors: teacherOf(best) }, history }
  } finally {
    await session.release()
  }
}

/** What the start has of the classifier's names and shapes, a backbone, is taken; the rest is drawn. */
function initialClassifier(
  network: SegmenterNetwork,
  seed: number,
  start: ReadonlyMap<string, HostTensor> | undefined,
): ReadonlyMap<string, HostTensor> {
  const shapes = { ...classifierParameters(network), ...classifierStatistics(network) }
  const drawn = initialTensors(shapes, seed, 'classifier')
  return new Map(
    [...drawn].map(([name, tensor]) => {
      const given = start?.get(name)
      return [name, given?.shape.join() === tensor.shape.join() ? given : tensor]
    }),
  )
}

function classifierBatches(
  { classes }: SegmenterNetwork,
  minibatches: readonly Minibatch[],
  steps: readonly number[],
  schedule: ClassifierSchedule,
): Readonly<Record<string, HostTensor>> {
  const present = joinImages(minibatches.map(({ labelled }) => labelled))
  return {
    images: stackImages(minibatches.map(({ labelled, unlabelled }) => joinImages([labelled, unlabelled]))).images,
    present: float32(presentClasses(present, classes), [steps.length, schedule.batch, classes]),
    teacherImages: stackImages(minibatches.map(({ again }) => again)).images,
    consistency: float32(Float32Array.from(steps, (step) => consistencyWeight(step, schedule))),
    decay: float32(Float32Array.from(steps, (step) => teacherDecay(step, schedule))),
  }
}

/** Mean binary cross entropy; images are sent in minibatches. */
async function measure(
  session: Session,
  { classes, size }: SegmenterNetwork,
  looked: LabelledImages,
  batch: number,
  weights: Readonly<Record<string, HostTensor | KeptTensor>>,
): Promise<number> {
  let sum = 0
  for (let first = 0; first < looked.count; first += batch) {
    // The last minibatch is filled up with an image that does not count.
    const places = Array.from({ length: batch }, (_, item) => Math.min(first + item, looked.count - 1))
    const chosen = pickImages(looked, places)
    const { results } = await session.run({
      ...weights,
      images: { dtype: 'uint8', shape: [batch, size.height, size.width, 3], data: chosen.images },
      present: float32(presentClasses(chosen, classes), [batch, classes]),
    })
    const losses = float32Data(results.losses, 'losses').subarray(0, looked.count - first)
    sum += losses.reduce((total, loss) => total + loss, 0)
  }
  return sum / looked.count
}
