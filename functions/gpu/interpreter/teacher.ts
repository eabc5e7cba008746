/**
 * The ensemble as a teacher: what it says at a few pixels of latents of the student's own choice. Only the chosen
 * pixels are classified, so that a lesson costs little more than its image.
 */

import { constant } from '../onnx/constant.ts'
import type { Engine } from '../onnx/engine.ts'
import { float32Data } from '../onnx/hostTensor.ts'
import { buildModel } from '../onnx/model.ts'
import { mul } from '../onnx/ops/elementwise.ts'
import { input } from '../onnx/tensor.ts'
import type { Random } from '../random.ts'
import { generate } from '../stylegan/generator.ts'
import { latentTensor } from '../stylegan/latents.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { classify } from './classifier.ts'
import { type Ensemble, ensembleTensor, InterpreterError, parameterShapes, statisticShapes } from './ensemble.ts'
import type { PixelSet } from './featureCollection.ts'
import { imagePart, type LabelSize } from './labelFrame.ts'
import { pixelFeatures, pixelFeeds } from './pixelFeatures.ts'
import { pickRows } from './pixelSplit.ts'
import { addMembers, divergence } from './uncertainty.ts'

export interface LessonOptions {
  readonly truncation: number
  readonly size: LabelSize
  /** Seeds of the latents. */
  readonly seeds: readonly number[]
  /** Pixels that the ensemble is asked about in each image. */
  readonly candidatesPerImage: number
  /** Pixels of them that are kept: half are the most uncertain ones, which decide the image score, half any. */
  readonly pixelsPerImage: number
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** Few pixels of many images teach more than many pixels of few. */
export const defaultLessons = { images: 500, candidatesPerImage: 300, pixelsPerImage: 100 } as const

/** Pixels with what the ensemble says about them. */
export interface Lessons extends PixelSet {
  /** [pixels, parts] mean of the members' probabilities. */
  readonly probabilities: Float32Array
  /** [pixels] Jensen-Shannon divergence in nats. */
  readonly divergence: Float32Array
}

/**
 * Asks the ensemble about random pixels of the given latents. Deterministic by `random`.
 * @throws InterpreterError where more pixels are to be kept than asked about
 */
export async function collectLessons(
  engine: Engine,
  weights: GeneratorWeights,
  ensemble: Ensemble,
  options: LessonOptions,
  random: Random,
): Promise<Lessons> {
  const { truncation, size, seeds, candidatesPerImage, pixelsPerImage, onProgress, signal } = options
  if (pixelsPerImage > candidatesPerImage)
    throw new InterpreterError(
      `${pixelsPerImage} pixels of each image cannot be kept of ${candidatesPerImage} candidates`,
    )
  const { members, features: length, parts } = ensemble.shape
  const z = input('z', 'float32', [1, weights.latentLength])
  const { taps } = generate(weights, z, { truncation })
  const features = pixelFeatures(taps, candidatesPerImage)
  const shapes: Readonly<Record<string, readonly number[]>> = {
    ...parameterShapes(ensemble.shape),
    ...statisticShapes(ensemble.shape),
  }
  const sums = addMembers(classify(features, (name) => constant(ensembleTensor(ensemble, name), shapes[name])))
  const outputs = {
    features,
    probabilities: mul(sums.probabilities, 1 / members),
    divergence: divergence({ ...sums, members }),
  }
  const session = await engine.load(buildModel({ name: 'teacher', outputs }).bytes, { handOver: true })
  const sides = taps.map((tap) => Number(tap.shape[2]))
  const frame = { size, part: imagePart(weights) }
  const total = seeds.length * pixelsPerImage
  const lessons = {
    features: new Float32Array(total * length),
    probabilities: new Float32Array(total * parts),
    divergence: new Float32Array(total),
  }
  const widths: Readonly<Record<LessonName, number>> = { features: length, probabilities: parts, divergence: 1 }
  try {
    for (const [index, seed] of seeds.entries()) {
      signal?.throwIfAborted()
      const draw = random.at(index)
      const pixels = Uint32Array.from({ length: candidatesPerImage }, () => draw.integer(size.width * size.height))
      const latent = latentTensor(seed, weights.latentLength)
      const { results } = await session.run({ z: latent, ...pixelFeeds(sides, pixels, frame) })
      const kept = chooseLessons(float32Data(results.divergence, 'divergence'), pixelsPerImage)
      for (const [name, width] of Object.entries(widths)) {
        const rows = pickRows(float32Data(results[name], name), width, kept)
        lessons[name as LessonName].set(rows, index * rows.length)
      }
      onProgress?.(index + 1, seeds.length)
    }
  } finally {
    await session.release()
  }
  return { ...lessons, pixels: total, length }
}

type LessonName = 'features' | 'probabilities' | 'divergence'

/** The candidates came in random order, so that the first of those that are not among the most uncertain are any. */
function chooseLessons(uncertainty: Float32Array, count: number): Uint32Array {
  const order = Uint32Array.from(uncertainty, (_, place) => place)
  const byUncertainty = order.toSorted((a, b) => (uncertainty[b] ?? 0) - (uncertainty[a] ?? 0) || a - b)
  const uncertain = byUncertainty.subarray(0, Math.floor(count / 2))
  const others = byUncertainty
    .subarray(uncertain.length)
    .toSorted()
    .subarray(0, count - uncertain.length)
  return Uint32Array.from([...uncertain, ...others])
}
