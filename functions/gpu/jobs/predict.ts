/** Labels images of any size with a run's segmenter. */
import { decodeResizedRgb, resizeLabelMap } from '../../../integrations/images/index.ts'
import { getJson } from '../../../integrations/storage/index.ts'
import type { LabelMap } from '../../../schemas/labelMap.ts'
import type { ImageSize } from '../../../schemas/project.ts'
import { SegmenterRecord } from '../../../schemas/segmenter.ts'
import type { Session } from '../onnx/engine.ts'
import { float32Data, uint8Data } from '../onnx/hostTensor.ts'
import { type JobContext, JobError } from './context.ts'

export interface PredictedImage {
  /** Of the image's own size. */
  readonly labelMap: LabelMap
  /** [height, width] bytes: 255 stands for certainty, 0 for none. */
  readonly confidence: Uint8Array
  /** Mean over the pixels, 0..1. */
  readonly meanConfidence: number
}

export interface Predictor {
  readonly record: SegmenterRecord
  /**
   * @param file PNG, JPEG, WebP, or what else sharp reads
   * @throws ImageFileError where the bytes are no image, or one that is too large
   */
  predict(file: Uint8Array): Promise<PredictedImage>
  release(): Promise<void>
}

/**
 * The run's segmenter, ready to label.
 * @throws JobError where there is none yet, or it is damaged
 */
export async function openPredictor({
  store,
  run,
  version,
  engine,
}: Pick<JobContext, 'store' | 'run' | 'version' | 'engine'>): Promise<Predictor> {
  const record = (await getJson(store, run.segmenterRecord, SegmenterRecord))?.value
  const graph = await store.get(run.segmenterGraph)
  if (record === undefined || graph === undefined)
    throw new JobError(`${version} has no segmenter yet (${run.segmenterGraph}): train one first`)
  const size = { width: record.options.width, height: record.options.height }
  const session = await engine.load(graph.bytes).catch((cause: unknown) => {
    throw new JobError(`${run.segmenterGraph} cannot be used: remove it and train the segmenter again`, { cause })
  })
  return { record, predict: (file) => predict(session, size, file), release: () => session.release() }
}

async function predict(session: Session, size: ImageSize, file: Uint8Array): Promise<PredictedImage> {
  const { image, original } = await decodeResizedRgb(file, size)
  const { results } = await session.run({
    image: { dtype: 'uint8', shape: [1, size.height, size.width, 3], data: image.data },
  })
  const { width, height } = original
  const confidence = float32Data(results.confidence, 'confidence')
  const levels = Uint8Array.from(confidence, (share) => Math.round(255 * share))
  return {
    labelMap: resizeLabelMap({ ...size, data: uint8Data(results.labels, 'labels') }, width, height),
    confidence: resizeLabelMap({ ...size, data: levels }, width, height).data,
    meanConfidence: confidence.reduce((sum, share) => sum + share, 0) / confidence.length,
  }
}
