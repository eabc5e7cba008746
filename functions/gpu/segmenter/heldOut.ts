/** How a segmenter's weights do on labelled images that it does not learn from. */
import {
  addLabelMaps,
  type ConfusionMatrix,
  confusionMatrix,
  intersectionOverUnion,
  meanIou,
} from '../../factory/metrics.ts'
import type { Engine, KeptTensor, Session } from '../onnx/engine.ts'
import { float32Data, type HostTensor, uint8Data } from '../onnx/hostTensor.ts'
import { ignoredLabel, type LabelledImages, pickImages } from './labelledImages.ts'
import type { SegmenterNetwork } from './segmenter.ts'
import { segmenterEvaluation } from './segmenterTraining.ts'

export interface HeldOutMeasure {
  /** Weighted cross entropy per pixel, in nats. */
  readonly loss: number
  /** Mean over the parts that occur, 0..1. */
  readonly miou: number
  /** IoU of each part; null where it occurs in neither truth nor prediction. */
  readonly parts: readonly (number | null)[]
}

export interface HeldOutMeasurer {
  /** @param tensors parameters and statistics, in the worker or here */
  measure(tensors: Readonly<Record<string, HostTensor | KeptTensor>>): Promise<HeldOutMeasure>
  release(): Promise<void>
}

/** Loads the graph that measures; the images are sent in minibatches, so that memory does not grow with them. */
export async function openHeldOut(
  engine: Engine,
  network: SegmenterNetwork,
  heldOut: LabelledImages,
  options: { readonly batch: number; readonly classWeights: Float32Array },
): Promise<HeldOutMeasurer> {
  const batch = Math.min(options.batch, heldOut.count)
  const session = await engine.load(segmenterEvaluation(network, { ...options, batch }))
  return {
    measure: (tensors) => measure(session, network, heldOut, { ...options, batch }, tensors),
    release: () => session.release(),
  }
}

async function measure(
  session: Session,
  { size, classes }: SegmenterNetwork,
  heldOut: LabelledImages,
  { batch, classWeights }: { readonly batch: number; readonly classWeights: Float32Array },
  tensors: Readonly<Record<string, HostTensor | KeptTensor>>,
): Promise<HeldOutMeasure> {
  const confusion = confusionMatrix(classes)
  const sums = { loss: 0, weight: 0 }
  for (let first = 0; first < heldOut.count; first += batch) {
    const places = Array.from({ length: batch }, (_, item) => Math.min(first + item, heldOut.count - 1))
    const chosen = pickImages(heldOut, places)
    // The last minibatch is filled up with an image whose pixels do not count.
    chosen.labels.fill(ignoredLabel, (heldOut.count - first) * size.width * size.height)
    const { results } = await session.run({
      ...tensors,
      images: { dtype: 'uint8', shape: [batch, size.height, size.width, 3], data: chosen.images },
      labels: { dtype: 'uint8', shape: [batch, size.height, size.width], data: chosen.labels },
    })
    const weight = chosen.labels.reduce((sum, label) => sum + (classWeights[label] ?? 0), 0)
    sums.loss += weight * (float32Data(results.loss, 'loss')[0] ?? Number.NaN)
    sums.weight += weight
    addKnown(confusion, chosen.labels, uint8Data(results.predicted, 'predicted'))
  }
  const loss = sums.weight === 0 ? 0 : sums.loss / sums.weight
  return { loss, miou: meanIou(confusion, 'presentOnly').value, parts: intersectionOverUnion(confusion) }
}

/** Counts the pixels whose class is known. */
export function addKnown(confusion: ConfusionMatrix, truth: Uint8Array, prediction: Uint8Array): void {
  const isKnown = (_: number, pixel: number): boolean => truth[pixel] !== ignoredLabel
  if (truth.includes(ignoredLabel)) addLabelMaps(confusion, truth.filter(isKnown), prediction.filter(isKnown))
  else addLabelMaps(confusion, truth, prediction)
}
