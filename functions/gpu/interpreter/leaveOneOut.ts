/**
 * Leave-one-image-out over the seeds: every annotated image is labelled by classifiers that never saw it. All folds
 * train together, as one ensemble whose members draw their pixels from different images.
 */
import type { Engine } from '../onnx/engine.ts'
import type { FitHooks } from '../onnx/fit.ts'
import { float32, float32Data } from '../onnx/hostTensor.ts'
import { buildModel } from '../onnx/model.ts'
import { reduceSum } from '../onnx/ops/reduce.ts'
import { softmax } from '../onnx/ops/softmax.ts'
import { input } from '../onnx/tensor.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { classify } from './classifier.ts'
import { type Ensemble, ensembleTensors, hiddenWidths } from './ensemble.ts'
import { openFeatureReader, type PixelSet } from './featureCollection.ts'
import { defaultFitOptions, fitEnsemble } from './fitEnsemble.ts'
import type { LabelSize } from './pixelFeatures.ts'

export interface LeaveOneOutOptions {
  /** Classifiers per fold. */
  readonly members: number
  /** Optimizer steps; no pixel is held out to stop earlier, since it might be of the image that is left out. */
  readonly steps: number
  readonly parts: number
  readonly truncation: number
  readonly size: LabelSize
  readonly onProgress?: (task: string, done: number, total: number, unit: 'images' | 'steps') => void
  readonly signal?: AbortSignal
}

/** Steps after which training can be interrupted. */
const stepsPerCall = 30

/** Pixels that are classified at a time: bounds the memory of their features. */
const pixelsAtOnce = 16_384

/**
 * @param pixels training pixels of all images, image by image; the array is handed over
 * @param counts how many of them belong to each image
 * @returns for every image its predicted part ids, row-major
 */
export async function leaveOneOut(
  engine: Engine,
  weights: GeneratorWeights,
  seeds: readonly number[],
  pixels: PixelSet,
  labels: Uint8Array,
  counts: readonly number[],
  options: LeaveOneOutOptions,
): Promise<readonly Uint8Array[]> {
  const { members, steps, parts, onProgress, signal } = options
  const length = pixels.length
  const hooks: FitHooks = {
    onSteps: (done, total) => onProgress?.('training without each image', done, total, 'steps'),
    ...(signal === undefined ? {} : { signal }),
  }
  const shape = { members: seeds.length * members, features: length, hidden: hiddenWidths(parts), parts }
  const pools = foldPools(counts).flatMap((pool) => new Array<Uint32Array>(members).fill(pool))
  // One interval: the only weights that are looked at are the last ones.
  const { ensemble } = await fitEnsemble(
    engine,
    shape,
    pixels,
    labels,
    { ...defaultFitOptions, batch: 128, steps, interval: steps, stepsPerCall, patience: steps, pools },
    hooks,
  )
  return predictFolds(engine, weights, seeds, ensemble, options)
}

/** For every image the places of all pixels that belong to others. */
function foldPools(counts: readonly number[]): readonly Uint32Array[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  let start = 0
  return counts.map((count) => {
    const [first, end] = [start, start + count]
    start = end
    return Uint32Array.from({ length: total - count }, (_, place) => (place < first ? place : place + count))
  })
}

async function predictFolds(
  engine: Engine,
  weights: GeneratorWeights,
  seeds: readonly number[],
  ensemble: Ensemble,
  { members, size, truncation, onProgress, signal }: LeaveOneOutOptions,
): Promise<readonly Uint8Array[]> {
  const session = await engine.load(predictionModel(ensemble, members))
  const reader = await openFeatureReader(engine, weights, { truncation, size })
  const length = ensemble.shape.features
  const total = size.width * size.height
  const predictions: Uint8Array[] = []
  try {
    for (const [fold, seed] of seeds.entries()) {
      signal?.throwIfAborted()
      const prediction = new Uint8Array(total)
      const own = foldTensors(ensemble, fold * members, members)
      for (let start = 0; start < total; start += pixelsAtOnce) {
        const places = Uint32Array.from({ length: Math.min(pixelsAtOnce, total - start) }, (_, index) => start + index)
        const features = await reader.read({ seed, pixels: places })
        const { results } = await session.run({ ...own, features: float32(features, [places.length, length]) })
        prediction.set(mostLikely(float32Data(results.probabilities, 'probabilities'), ensemble.shape.parts), start)
      }
      predictions.push(prediction)
      onProgress?.('labelling each image without having seen it', fold + 1, seeds.length, 'images')
    }
  } finally {
    await reader.close()
    await session.release()
  }
  return predictions
}

/** `features` [pixels, D] and the tensors of one fold → `probabilities` [pixels, parts], summed over its members. */
function predictionModel(ensemble: Ensemble, members: number): Uint8Array {
  const shapes = new Map(
    [...ensembleTensors(ensemble)].map(([name, { shape }]) => [name, [members, ...shape.slice(1)]]),
  )
  const features = input('features', 'float32', ['pixels', ensemble.shape.features])
  const logits = classify(features, (name) => input(name, 'float32', shapes.get(name) ?? []))
  return buildModel({ name: 'prediction', outputs: { probabilities: reduceSum(softmax(logits), [0]) } }).bytes
}

function foldTensors(ensemble: Ensemble, first: number, members: number) {
  return Object.fromEntries(
    [...ensembleTensors(ensemble)].map(([name, tensor]) => {
      const [all = 1, ...rest] = tensor.shape
      const data = float32Data(tensor, name)
      const each = data.length / all
      return [name, float32(data.slice(first * each, (first + members) * each), [members, ...rest])]
    }),
  )
}

/** Index of the largest of every `parts` numbers; of equal ones the first. */
function mostLikely(probabilities: Float32Array, parts: number): Uint8Array {
  return Uint8Array.from({ length: probabilities.length / parts }, (_, pixel) => {
    const row = probabilities.subarray(pixel * parts, (pixel + 1) * parts)
    return row.reduce((best, value, part) => (value > (row[best] ?? 0) ? part : best), 0)
  })
}
