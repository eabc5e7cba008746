/**
 * Leave-one-image-out over the seeds: every annotated image is labelled by classifiers that never saw it. All folds
 * train together, as one ensemble whose members draw their pixels from different images.
 */
import type { Engine } from '../onnx/engine.ts'
import type { FitHooks } from '../onnx/fit.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { hiddenWidths } from './ensemble.ts'
import type { PixelSet } from './featureCollection.ts'
import { defaultFitOptions, fitEnsemble } from './fitEnsemble.ts'
import { type FoldOptions, predictFolds } from './foldPredictions.ts'

export interface LeaveOneOutOptions extends FoldOptions {
  /** Optimizer steps; no pixel is held out to stop earlier, since it might be of the image that is left out. */
  readonly steps: number
  readonly parts: number
}

/** Steps after which training can be interrupted. */
const stepsPerCall = 30

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
