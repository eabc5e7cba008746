/** Trains the student on the ensemble's lessons, until held-out pixels say that it no longer helps. */

import type { Engine } from '../onnx/engine.ts'
import { type FitCheckpoint, type FitHooks, type FitSchedule, fitModel, type LossPoint } from '../onnx/fit.ts'
import { float32, float32Data, int32 } from '../onnx/hostTensor.ts'
import { buildModel } from '../onnx/model.ts'
import { add, mul, sub } from '../onnx/ops/elementwise.ts'
import { gather, reshape } from '../onnx/ops/layout.ts'
import { reduceMean } from '../onnx/ops/reduce.ts'
import { softmaxCrossEntropy } from '../onnx/ops/softmax.ts'
import { adam, cosineDecay } from '../onnx/optimizers.ts'
import { input, type Tensor } from '../onnx/tensor.ts'
import { initialState, type TrainingDefinition } from '../onnx/training.ts'
import { createRandom } from '../random.ts'
import { classify, classifyTraining, lookup } from './classifier.ts'
import { type EnsembleShape, ensembleTensors, initialEnsemble, parameterShapes, statisticShapes } from './ensemble.ts'
import { minibatches, pickPixels, pickRows, splitPixels } from './pixelSplit.ts'
import { type Student, studentOutputs } from './student.ts'
import type { Lessons } from './teacher.ts'

export interface StudentFitOptions extends FitSchedule {
  readonly seed: number
  /** Pixels per step. */
  readonly batch: number
  /** Adam's first rate; it falls to zero over the steps as half a cosine wave. */
  readonly learningRate: number
  readonly heldOutShare: number
  /** Weight of the divergence's squared error (in shares of the largest divergence) beside the cross entropy. */
  readonly divergenceWeight: number
  /** Nats that the divergence is measured in: see `largestDivergence`. */
  readonly largestDivergence: number
}

export const defaultStudentFitOptions: Omit<StudentFitOptions, 'largestDivergence'> = {
  seed: 0,
  steps: 1500,
  batch: 1024,
  learningRate: 4e-3,
  interval: 50,
  patience: 6,
  heldOutShare: 0.05,
  divergenceWeight: 200,
}

export interface StudentFit {
  readonly student: Student
  /** Losses: cross entropy against the ensemble's mean probabilities in nats, plus the weighted divergence error. */
  readonly history: readonly LossPoint[]
}

/** @param lessons the arrays are handed over */
export async function fitStudent(
  engine: Engine,
  shape: EnsembleShape,
  lessons: Lessons,
  options: StudentFitOptions,
  hooks: FitHooks = {},
  resume?: FitCheckpoint,
): Promise<StudentFit> {
  const { training, heldOut } = splitPixels(lessons.pixels, options.heldOutShare, options.seed)
  const parts = shape.parts - 1
  const shares = lessons.divergence.map((value) => Math.min(1, value / options.largestDivergence))
  const held = pickPixels(lessons, heldOut)
  const heldOutFeeds = {
    features: float32(held.features, [held.pixels, held.length]),
    probabilities: float32(pickRows(lessons.probabilities, parts, heldOut), [1, held.pixels, parts]),
    divergence: float32(pickRows(shares, 1, heldOut), [1, held.pixels]),
  }
  const definition = studentTraining(shape, lessons.pixels, options)
  const random = createRandom(options.seed, 'student.minibatch')
  const evaluation = await engine.load(studentEvaluation(shape, held.pixels, options.divergenceWeight))
  try {
    const { best, history } = await fitModel(
      engine,
      {
        definition,
        start: initialState(definition, ensembleTensors(initialEnsemble(shape, options.seed))),
        data: {
          features: float32(lessons.features, [lessons.pixels, lessons.length]),
          probabilities: float32(lessons.probabilities, [lessons.pixels, parts]),
          divergence: float32(shares),
        },
        batches: (first, count) => ({
          pixels: int32(minibatches(random, [training], first, count, options.batch), [count, 1, options.batch]),
        }),
        trainLoss: ({ loss }) => float32Data(loss, 'loss').at(-1) ?? Number.NaN,
        heldOutLoss: async (weights) => {
          const { results } = await evaluation.run({ ...weights, ...heldOutFeeds })
          return { loss: float32Data(results.loss, 'loss')[0] ?? Number.NaN }
        },
      },
      options,
      hooks,
      resume,
    )
    const tensors = new Map([...best].map(([name, tensor]) => [name, float32Data(tensor, name)]))
    return { student: { shape, tensors }, history }
  } finally {
    await evaluation.release()
  }
}

/** Data: `features` [pixels, D], `probabilities` [pixels, parts], `divergence` [pixels] as shares. */
function studentTraining(shape: EnsembleShape, pixels: number, options: StudentFitOptions): TrainingDefinition {
  return {
    parameters: parameterShapes(shape),
    buffers: statisticShapes(shape),
    data: {
      features: { dtype: 'float32', shape: [pixels, shape.features] },
      probabilities: { dtype: 'float32', shape: [pixels, shape.parts - 1] },
      divergence: { dtype: 'float32', shape: [pixels] },
    },
    batch: { pixels: { dtype: 'int32', shape: [1, options.batch] } },
    optimizer: adam({ learningRate: cosineDecay(options.learningRate, options.steps) }),
    step: ({ parameters, buffers, data, batch }) => {
      const chosen = lookup(batch)('pixels')
      const of = (name: string): Tensor => gather(lookup(data)(name), chosen)
      const { outputs, statistics } = classifyTraining(of('features'), lookup(parameters), lookup(buffers))
      const loss = studentLoss(outputs, of('probabilities'), of('divergence'), options.divergenceWeight)
      return { loss, buffers: statistics }
    },
  }
}

function studentEvaluation(shape: EnsembleShape, pixels: number, divergenceWeight: number): Uint8Array {
  const shapes: Readonly<Record<string, readonly number[]>> = { ...parameterShapes(shape), ...statisticShapes(shape) }
  const features = input('features', 'float32', [pixels, shape.features])
  const outputs = classify(features, (name) => input(name, 'float32', shapes[name] ?? []))
  const probabilities = input('probabilities', 'float32', [1, pixels, shape.parts - 1])
  const loss = studentLoss(outputs, probabilities, input('divergence', 'float32', [1, pixels]), divergenceWeight)
  return buildModel({ name: 'evaluation', outputs: { loss } }).bytes
}

/** Cross entropy against the mean probabilities, plus the squared error of the divergence. */
function studentLoss(outputs: Tensor, probabilities: Tensor, divergence: Tensor, weight: number): Tensor {
  const predicted = studentOutputs(outputs)
  const error = sub(reshape(predicted.divergence, divergence.shape), divergence)
  const crossEntropy = reduceMean(softmaxCrossEntropy(predicted.logits, probabilities))
  return add(crossEntropy, mul(reduceMean(mul(error, error)), weight))
}
