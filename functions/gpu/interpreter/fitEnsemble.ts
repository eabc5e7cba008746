/** Trains the ensemble on collected pixel features, until held-out pixels say that it no longer helps. */
import type { Engine } from '../onnx/engine.ts'
import { float32, float32Data, type HostTensor, int64 } from '../onnx/hostTensor.ts'
import { cosineDecay } from '../onnx/optimizers.ts'
import { initialState, openTrainer, type Trainer, type TrainingState } from '../onnx/training.ts'
import { createRandom, type Random } from '../random.ts'
import {
  type Ensemble,
  type EnsembleShape,
  ensembleTensors,
  initialEnsemble,
  parameterShapes,
  statisticShapes,
} from './ensemble.ts'
import { ensembleEvaluation, ensembleTraining } from './ensembleTraining.ts'
import type { PixelSet } from './featureCollection.ts'

export interface FitOptions {
  /** Decides initial weights, minibatches and held-out pixels. */
  readonly seed: number
  /** Upper limit of optimizer steps. */
  readonly steps: number
  /** Pixels per member and step. */
  readonly batch: number
  /** Adam's first rate; it falls to zero over the steps as half a cosine wave. */
  readonly learningRate: number
  /** Steps between two looks at the held-out pixels; also the steps of one session call. */
  readonly interval: number
  /** Looks without improvement after which training stops. */
  readonly patience: number
  /** Share of the pixels that is held out. */
  readonly heldOutShare: number
  /** Loss weight of each part; all 1 if left out. */
  readonly partWeights?: Float32Array
}

export const defaultFitOptions: FitOptions = {
  seed: 0,
  steps: 500,
  batch: 256,
  learningRate: 1e-3,
  interval: 25,
  patience: 4,
  heldOutShare: 0.05,
}

/** One look at the held-out pixels. Losses are mean cross entropies in nats, averaged over the members. */
export interface LossPoint {
  readonly step: number
  readonly trainLoss: number
  readonly heldOutLoss: number
  readonly heldOutAccuracy: number
}

/** Everything needed to go on after an interruption. */
export interface FitCheckpoint {
  readonly state: TrainingState
  readonly best: ReadonlyMap<string, HostTensor>
  readonly history: readonly LossPoint[]
}

export interface FitHooks {
  readonly onProgress?: (point: LossPoint, steps: number) => void
  /** Called after every look; the callee decides whether to fetch and save. */
  readonly onCheckpoint?: (fetch: () => Promise<FitCheckpoint>) => Promise<void>
  readonly signal?: AbortSignal
}

export interface FitResult {
  /** The weights with the smallest held-out loss. */
  readonly ensemble: Ensemble
  readonly history: readonly LossPoint[]
}

/**
 * @param pixels features; the array is handed over
 * @param labels part id of every pixel
 * @throws TrainingError where the loss is not finite, InterpreterError where there is nothing to train on
 */
export async function fitEnsemble(
  engine: Engine,
  shape: EnsembleShape,
  pixels: PixelSet,
  labels: Uint8Array,
  options: FitOptions,
  { onProgress, onCheckpoint, signal }: FitHooks = {},
  resume?: FitCheckpoint,
): Promise<FitResult> {
  const { training, heldOut } = splitPixels(pixels.pixels, options)
  const truth = Array.from(heldOut, (pixel) => labels[pixel] ?? 0)
  const heldOutFeeds = {
    features: float32(rows(pixels, heldOut), [heldOut.length, pixels.length]),
    labels: int64(new Array(shape.members).fill(truth).flat(), [shape.members, truth.length]),
  }
  const definition = ensembleTraining(shape, {
    ...options,
    pixels: pixels.pixels,
    learningRate: cosineDecay(options.learningRate, options.steps),
  })
  const start = resume?.state ?? initialState(definition, ensembleTensors(initialEnsemble(shape, options.seed)))
  const evaluation = await engine.load(ensembleEvaluation(shape).bytes)
  const trainer = await openTrainer(engine, definition, start, {
    features: float32(pixels.features, [pixels.pixels, pixels.length]),
    labels: int64(Array.from(labels)),
  })
  const names = Object.keys({ ...parameterShapes(shape), ...statisticShapes(shape) })
  const history = [...(resume?.history ?? [])]
  let best = resume?.best ?? new Map<string, HostTensor>()
  const random = createRandom(options.seed, 'interpreter.minibatch')
  try {
    while (trainer.step < options.steps && !exhausted(history, options.patience)) {
      signal?.throwIfAborted()
      const count = Math.min(options.interval, options.steps - trainer.step)
      const batches = minibatches(random, training, trainer.step, count, shape.members, options.batch)
      const losses = await trainer.train({ pixels: int64(batches, [count, shape.members, options.batch]) })
      const weights = Object.fromEntries(names.flatMap((name) => pick(trainer, name)))
      const { results } = await evaluation.run({ ...weights, ...heldOutFeeds })
      const point: LossPoint = {
        step: trainer.step,
        trainLoss: mean(float32Data(losses.memberLoss, 'memberLoss')),
        heldOutLoss: mean(float32Data(results.memberLoss, 'memberLoss')),
        heldOutAccuracy: mean(float32Data(results.memberAccuracy, 'memberAccuracy')),
      }
      history.push(point)
      if (bestIndex(history) === history.length - 1) best = await fetchAll(engine, trainer, names)
      onProgress?.(point, options.steps)
      await onCheckpoint?.(async () => ({ state: await trainer.state(), best, history: [...history] }))
    }
  } finally {
    await trainer.close()
    await evaluation.release()
  }
  const tensors = new Map([...best].map(([name, tensor]) => [name, float32Data(tensor, name)]))
  return { ensemble: { shape, tensors }, history }
}

/** Whether the last looks brought no improvement. */
function exhausted(history: readonly LossPoint[], patience: number): boolean {
  return history.length - 1 - bestIndex(history) >= patience && history.length > 0
}

function bestIndex(history: readonly LossPoint[]): number {
  return history.reduce((best, point, index) => {
    const current = history[best]
    return current === undefined || point.heldOutLoss < current.heldOutLoss ? index : best
  }, 0)
}

function splitPixels(count: number, { heldOutShare, seed }: FitOptions) {
  const order = createRandom(seed, 'interpreter.heldOut').shuffle(Uint32Array.from({ length: count }, (_, pixel) => pixel))
  // At least one pixel on either side, even for a tiny annotation.
  const held = Math.min(Math.max(1, Math.floor(count * heldOutShare)), Math.max(1, count - 1))
  const heldOut = order.slice(0, held)
  return { heldOut, training: count > 1 ? order.slice(held) : order }
}

function rows({ features, length }: PixelSet, chosen: Uint32Array): Float32Array {
  const result = new Float32Array(chosen.length * length)
  for (const [row, pixel] of chosen.entries())
    result.set(features.subarray(pixel * length, (pixel + 1) * length), row * length)
  return result
}

/** Indices [steps, members, batch]: each member its own pixels; a step's draw depends on its number alone. */
function minibatches(
  random: Random,
  pixels: Uint32Array,
  first: number,
  steps: number,
  members: number,
  batch: number,
): BigInt64Array {
  const indices = new BigInt64Array(steps * members * batch)
  for (let step = 0; step < steps; step++) {
    const draw = random.at(first + step)
    for (let place = 0; place < members * batch; place++)
      indices[step * members * batch + place] = BigInt(pixels[draw.integer(pixels.length)] ?? 0)
  }
  return indices
}

function pick(trainer: Trainer, name: string) {
  const tensor = trainer.tensors[name]
  return tensor === undefined ? [] : [[name, tensor] as const]
}

async function fetchAll(engine: Engine, trainer: Trainer, names: readonly string[]): Promise<Map<string, HostTensor>> {
  const fetched = new Map<string, HostTensor>()
  for (const name of names) for (const [, tensor] of pick(trainer, name)) fetched.set(name, await engine.fetch(tensor))
  return fetched
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
