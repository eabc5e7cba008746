import { readFile, stat } from 'node:fs/promises'
import type { Predictor } from '../functions/gpu/jobs/predict.ts'
import type { JobProgress } from '../functions/local.ts'
import { encodeGrey, encodeLabelMap, encodeOverlay, ImageFileError } from '../integrations/images/index.ts'
import { countPixels } from '../schemas/labelMap.ts'
import type { PredictionLine } from '../schemas/prediction.ts'
import type { ImageFile } from './imageList.ts'
import type { PredictionFiles } from './predictionFiles.ts'

/** Larger files are no photos. */
const largestFile = 2 ** 28

export interface PredictionRequest {
  readonly images: readonly ImageFile[]
  readonly overlay: boolean
  readonly confidence: boolean
  readonly signal: AbortSignal
  readonly onProgress: (progress: JobProgress) => void
}

export interface PredictionOutcome {
  readonly done: number
  /** What could not be read, and why. */
  readonly failures: readonly { readonly path: string; readonly reason: string }[]
}

/**
 * Labels images one after another, so that memory does not grow with their number. An image that cannot be read does not
 * keep the others from being labelled.
 * @throws what is wrong with anything but a single image; the signal's reason
 */
export async function predictImages(
  predictor: Predictor,
  files: PredictionFiles,
  request: PredictionRequest,
): Promise<PredictionOutcome> {
  const { images, signal, onProgress } = request
  const failures: { path: string; reason: string }[] = []
  for (const [index, image] of images.entries()) {
    signal.throwIfAborted()
    try {
      files.add(await predictImage(predictor, files, image, request))
    } catch (error) {
      if (!(error instanceof ImageFileError)) throw error
      failures.push({ path: image.path, reason: error.message })
    }
    const done = index + 1
    onProgress({ phase: 'generate', task: 'labelling images', done, total: images.length, unit: 'images' })
  }
  return { done: images.length - failures.length, failures }
}

async function predictImage(
  predictor: Predictor,
  files: PredictionFiles,
  { path, name }: ImageFile,
  { overlay, confidence }: PredictionRequest,
): Promise<PredictionLine> {
  const { parts, run } = predictor.record
  const bytes = await readImage(path)
  const predicted = await predictor.predict(bytes)
  const { labelMap } = predicted
  const { width, height } = labelMap
  if (overlay) await files.write(name, 'overlay', await encodeOverlay(bytes, labelMap, parts))
  if (confidence) await files.write(name, 'confidence', await encodeGrey({ width, height, data: predicted.confidence }))
  const counts = countPixels(labelMap)
  return {
    image: path,
    width,
    height,
    labels: await files.write(name, 'labels', encodeLabelMap(labelMap, parts)),
    version: run,
    confidence: Math.min(1, predicted.meanConfidence),
    parts: parts
      .map(({ id, name: part }) => ({ id, name: part, pixels: counts[id] ?? 0 }))
      .filter((of) => of.pixels > 0),
  }
}

async function readImage(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > largestFile) throw new ImageFileError(`The file has ${size} bytes, more than ${largestFile}.`)
    return await readFile(path)
  } catch (cause) {
    if (cause instanceof ImageFileError) throw cause
    throw new ImageFileError('The file cannot be read.', { cause })
  }
}
