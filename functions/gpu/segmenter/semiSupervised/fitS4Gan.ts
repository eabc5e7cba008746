/** The first branch: trains a segmenter by s4GAN. */
import type { Engine, KeptTensor } from '../../onnx/engine.ts'
import { type FitHooks, fitModel, type LossPoint } from '../../onnx/fit.ts'
import { float32Data, type HostTensor } from '../../onnx/hostTensor.ts'
import { initialState } from '../../onnx/training.ts'
import { classWeightsOf } from '../classWeights.ts'
import { deepLabParameters, deepLabStatistics } from '../deeplab.ts'
import { type HeldOutMeasure, openHeldOut } from '../heldOut.ts'
import { initialDeepLab } from '../initialWeights.ts'
import type { Segmenter, SegmenterNetwork } from '../segmenter.ts'
import { minibatches } from './minibatches.ts'
import type { SemiSupervisedFitOptions } from './options.ts'
import { lookedAt, type SemiSupervisedProblem, scheduleOf } from './problem.ts'
import { initialDiscriminator, type S4GanRecord, s4ganBatches, s4ganTraining } from './s4ganTraining.ts'

/** A look at the images that choose weights, and what the losses were in the step before it. */
export interface S4GanPoint extends LossPoint {
  readonly losses: Readonly<Record<S4GanRecord, number>>
}

export interface S4GanFit {
  readonly segmenter: Segmenter
  readonly history: readonly S4GanPoint[]
  /** Of the images that choose weights. */
  readonly measure: HeldOutMeasure
}

/** @throws TrainingError where a loss is not finite; the signal's reason */
export async function fitS4Gan(
  engine: Engine,
  problem: SemiSupervisedProblem,
  options: SemiSupervisedFitOptions,
  hooks: FitHooks,
): Promise<S4GanFit> {
  const { network, labelled, unlabelled, augment, start } = problem
  const { seed, batch, unlabelledBatch, discriminatorWidth } = options
  const classWeights = classWeightsOf(labelled, network.classes, options.balanceParts)
  const definition = s4ganTraining(network, { ...options, classWeights })
  const values = new Map([
    ...(start ?? initialDeepLab(network, seed)),
    ...initialDiscriminator(network, discriminatorWidth, seed),
  ])
  const minibatch = minibatches(labelled, unlabelled, { seed, batch, unlabelledBatch, twice: false, augment })
  const measurer = await openHeldOut(engine, network, lookedAt(problem), { batch, classWeights })
  const losses: S4GanPoint['losses'][] = []
  try {
    const { best, history } = await fitModel(
      engine,
      {
        definition,
        start: initialState(definition, values),
        data: {},
        batches: (first, count) =>
          s4ganBatches(
            Array.from({ length: count }, (_, index) => minibatch(first + index)),
            first,
          ),
        trainLoss: (records) => {
          losses.push(lastOf(records))
          return float32Data(records.loss, 'loss').at(-1) ?? Number.NaN
        },
        heldOutLoss: async (tensors) => {
          const { loss, miou } = await measurer.measure(segmenterTensors(network, tensors))
          return { loss, iou: miou }
        },
      },
      scheduleOf(problem, batch + unlabelledBatch, options),
      hooks,
    )
    const tensors = segmenterTensors(network, Object.fromEntries(best))
    return {
      segmenter: { network, tensors: new Map(Object.entries(tensors)) },
      history: history.flatMap((point, index) => {
        const at = losses[index]
        return at === undefined ? [] : [{ ...point, losses: at }]
      }),
      measure: await measurer.measure(tensors),
    }
  } finally {
    await measurer.release()
  }
}

/** Without the discriminator. */
function segmenterTensors<Value extends HostTensor | KeptTensor>(
  network: SegmenterNetwork,
  tensors: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  const own = { ...deepLabParameters(network), ...deepLabStatistics(network) }
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => name in own))
}

function lastOf(records: Readonly<Record<string, HostTensor>>): S4GanPoint['losses'] {
  const of = (name: S4GanRecord): number => float32Data(records[name], name).at(-1) ?? Number.NaN
  return {
    supervised: of('supervised'),
    featureMatching: of('featureMatching'),
    selfTraining: of('selfTraining'),
    chosen: of('chosen'),
    discriminator: of('discriminator'),
  }
}
