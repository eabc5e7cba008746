/** Trains the ensemble on collected pixel features, until held-out pixels say that it no longer helps. */
import type { Engine } from '../onnx/engine.ts'
import { type FitCheckpoint, type FitHooks, type FitSchedule, fitModel, type LossPoint } from '../onnx/fit.ts'
import { float32, float32Data, type HostTensor, int32 } from '../onnx/hostTensor.ts'
import { cosineDecay } from '../onnx/optimizers.ts'
import { elementCount } from '../onnx/shape.ts'
import { initialState, type TrainingDefinition } from '../onnx/training.ts'
import { stateShapes } from '../onnx/trainingGraph.ts'
import { createRandom } from '../random.ts'
import { type Ensemble, type EnsembleShape, ensembleTensors, InterpreterError, initialEnsemble } from './ensemble.ts'
import { ensembleEvaluation, ensembleTraining } from './ensembleTraining.ts'
import type { PixelSet } from './featureCollection.ts'
import { minibatches, pickPixels, splitPixels } from './pixelSplit.ts'

export interface EnsembleFitOptions extends FitSchedule {
  /** Decides initial weights, minibatches and held-out pixels. */
  readonly seed: number
  /** Pixels per member and step. */
  readonly batch: number
  /** Adam's first rate; it falls to zero over the steps as half a cosine wave. */
  readonly learningRate: number
  /** Share of the pixels that is held out. */
  readonly heldOutShare: number
  /** Loss weight of each part; all 1 if left out. */
  readonly partWeights?: Float32Array
  /** Pixels that each member may train on, by default all that are not held out. */
  readonly pools?: readonly Uint32Array[]
}

export const defaultFitOptions: EnsembleFitOptions = {
  seed: 0,
  steps: 800,
  batch: 256,
  learningRate: 4e-3,
  interval: 25,
  patience: 6,
  heldOutShare: 0.05,
}

export interface EnsembleFit {
  /** The weights with the smallest held-out loss. */
  readonly ensemble: Ensemble
  /** Losses: mean cross entropy in nats, averaged over the members. */
  readonly history: readonly LossPoint[]
}

/**
 * @param pixels features; the array is handed over
 * @param labels part id of every pixel
 * @throws InterpreterError where features and labels do not fit the ensemble's shape or each other
 * @throws TrainingError where the loss is not finite
 */
export async function fitEnsemble(
  engine: Engine,
  shape: EnsembleShape,
  pixels: PixelSet,
  labels: Uint8Array,
  options: EnsembleFitOptions,
  hooks: FitHooks = {},
  resume?: FitCheckpoint,
): Promise<EnsembleFit> {
  checkPixels(shape, pixels, labels)
  const { training, heldOut } = splitPixels(pixels.pixels, options.heldOutShare, options.seed)
  const pools = options.pools ?? new Array<Uint32Array>(shape.members).fill(training)
  const held = pickPixels(pixels, heldOut)
  const truth = Array.from(heldOut, (pixel) => labels[pixel] ?? 0)
  const heldOutFeeds = {
    features: float32(held.features, [held.pixels, held.length]),
    labels: int32(new Array(shape.members).fill(truth).flat(), [shape.members, held.pixels]),
  }
  const definition = ensembleTraining(shape, {
    ...options,
    pixels: pixels.pixels,
    learningRate: cosineDecay(options.learningRate, options.steps),
  })
  const random = createRandom(options.seed, 'interpreter.minibatch')
  const evaluation = await engine.load(ensembleEvaluation(shape).bytes)
  try {
    const { best, history } = await fitModel(
      engine,
      {
        definition,
        // Made when it is asked for: where an earlier attempt is gone on with, there is none.
        get start() {
          return initialState(definition, ensembleTensors(initialEnsemble(shape, options.seed)))
        },
        handOverState: true,
        data: {
          features: float32(pixels.features, [pixels.pixels, pixels.length]),
          labels: int32(Array.from(labels)),
        },
        batches: (first, count) => ({
          pixels: int32(minibatches(random, pools, first, count, options.batch), [count, shape.members, options.batch]),
        }),
        trainLoss: ({ memberLoss }) => lastMean(memberLoss, shape.members),
        heldOutLoss: async (weights) => {
          const { results } = await evaluation.run({ ...weights, ...heldOutFeeds })
          return { loss: lastMean(results.memberLoss, shape.members) }
        },
      },
      { ...options, stepsPerCall: options.stepsPerCall ?? stepsPerCall(engine, definition, options) },
      hooks,
      resume,
    )
    const tensors = new Map([...best].map(([name, tensor]) => [name, float32Data(tensor, name)]))
    return { ensemble: { shape, tensors }, history }
  } finally {
    await evaluation.release()
  }
}

/** Bytes of a state from which on its place in memory counts more than the little time that a session call takes. */
const largeState = 2 ** 26

/**
 * A loop over two steps holds one more state beside the first and the last, over more steps two; every call makes the last
 * anew. On other devices than the processor, the state would travel to and fro with every call.
 */
function stepsPerCall({ device }: Engine, definition: TrainingDefinition, { interval }: EnsembleFitOptions): number {
  const bytes = [...stateShapes(definition).values()].reduce((sum, shape) => sum + 4 * elementCount(shape), 0)
  return device === 'cpu' && bytes > largeState ? 2 : interval
}

/** A label outside the list would train the members on nothing, silently. */
function checkPixels({ features, parts }: EnsembleShape, pixels: PixelSet, labels: Uint8Array): void {
  if (pixels.length !== features)
    throw new InterpreterError(`a pixel has ${pixels.length} features, the interpreter takes ${features}`)
  if (labels.length !== pixels.pixels)
    throw new InterpreterError(`${pixels.pixels} pixels have ${labels.length} labels, expected one for each`)
  const outside = labels.findIndex((label) => label >= parts)
  if (outside >= 0)
    throw new InterpreterError(`pixel ${outside} is labelled ${labels[outside]}, the label list ends at ${parts - 1}`)
}

/** Mean of the last `count` numbers: those of the last step. */
function lastMean(tensor: HostTensor | undefined, count: number): number {
  const values = float32Data(tensor, 'memberLoss').slice(-count)
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
