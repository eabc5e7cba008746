/** Labels images by the folds of an ensemble, each image by the members that never saw it. */
import type { Engine, KeptTensor, Session } from '../onnx/engine.ts'
import { float32, float32Data, type HostTensor } from '../onnx/hostTensor.ts'
import { buildModel } from '../onnx/model.ts'
import { reduceSum } from '../onnx/ops/reduce.ts'
import { softmax } from '../onnx/ops/softmax.ts'
import { input, type Tensor } from '../onnx/tensor.ts'
import { generate } from '../stylegan/generator.ts'
import { latentTensor } from '../stylegan/latents.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { classify } from './classifier.ts'
import { type Ensemble, ensembleTensors } from './ensemble.ts'
import { imagePart, type LabelFrame, type LabelSize } from './labelFrame.ts'
import { featuresOfRows, pixelFeeds, tapRows } from './pixelFeatures.ts'
import { pixelBudget } from './pixelSampling.ts'

export interface FoldOptions {
  /** Classifiers per fold. */
  readonly members: number
  readonly truncation: number
  readonly size: LabelSize
  readonly onProgress?: (task: string, done: number, total: number, unit: 'images' | 'steps') => void
  readonly signal?: AbortSignal
}

/** Pixels that are classified at a time, where their features take no more than `featureBytes`. */
const mostPixels = 16_384
const featureBytes = 2 ** 26

/**
 * An image's taps are made once and stay in the worker; its pixels are classified a few at a time.
 * @param ensemble `members` of each fold, in the order of the seeds
 * @returns for every seed its predicted part ids, row-major
 */
export async function predictFolds(
  engine: Engine,
  weights: GeneratorWeights,
  seeds: readonly number[],
  ensemble: Ensemble,
  { members, size, truncation, onProgress, signal }: FoldOptions,
): Promise<readonly Uint8Array[]> {
  const { taps } = generate(weights, input('z', 'float32', [1, weights.latentLength]), { truncation })
  const rows = taps.map(tapRows)
  const outputs = Object.fromEntries(rows.map((tap, index) => [rowsName(index), tap]))
  const generator = await engine.load(buildModel({ name: 'taps', outputs }).bytes, { handOver: true })
  const classifier = await engine.load(predictionModel(ensemble, members, rows))
  const frame = { size, part: imagePart(weights) }
  const sides = taps.map((tap) => Number(tap.shape[2]))
  const predictions: Uint8Array[] = []
  try {
    for (const [fold, seed] of seeds.entries()) {
      signal?.throwIfAborted()
      const z = latentTensor(seed, weights.latentLength)
      const { kept } = await generator.run({ z }, Object.keys(outputs))
      const own = { ...foldTensors(ensemble, fold * members, members), ...kept }
      predictions.push(await predictImage(classifier, own, ensemble.shape, frame, sides))
      await engine.drop(Object.values(kept))
      onProgress?.('labelling each image without having seen it', fold + 1, seeds.length, 'images')
    }
  } finally {
    await generator.release()
    await classifier.release()
  }
  return predictions
}

async function predictImage(
  classifier: Session,
  feeds: Readonly<Record<string, HostTensor | KeptTensor>>,
  { features, parts }: Ensemble['shape'],
  frame: LabelFrame,
  sides: readonly number[],
): Promise<Uint8Array> {
  const total = frame.size.width * frame.size.height
  const atOnce = Math.min(mostPixels, pixelBudget(features, featureBytes))
  const prediction = new Uint8Array(total)
  for (let start = 0; start < total; start += atOnce) {
    const pixels = Uint32Array.from({ length: Math.min(atOnce, total - start) }, (_, index) => start + index)
    const { results } = await classifier.run({ ...feeds, ...pixelFeeds(sides, pixels, frame) })
    prediction.set(mostLikely(float32Data(results.probabilities, 'probabilities'), parts), start)
  }
  return prediction
}

const rowsName = (tap: number): string => `rows${tap}`

/** The rows of all taps, the tensors of one fold, and what `pixelFeeds` gives → `probabilities` [pixels, parts], summed over its members. */
function predictionModel(ensemble: Ensemble, members: number, rowsOfTaps: readonly Tensor[]): Uint8Array {
  const shapes = new Map(
    [...ensembleTensors(ensemble)].map(([name, { shape }]) => [name, [members, ...shape.slice(1)]]),
  )
  const rows = rowsOfTaps.map(({ shape }, index) => input(rowsName(index), 'float32', shape))
  const logits = classify(featuresOfRows(rows), (name) => input(name, 'float32', shapes.get(name) ?? []))
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
