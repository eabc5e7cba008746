/** Labels images with a segmenter, and with the classifier of the second branch where there is one. */
import { namedConstants } from '../../onnx/constant.ts'
import type { Engine } from '../../onnx/engine.ts'
import { uint8Data } from '../../onnx/hostTensor.ts'
import { buildModel } from '../../onnx/model.ts'
import { oneByOne } from '../../onnx/oneByOne.ts'
import { sigmoid } from '../../onnx/ops/elementwise.ts'
import { reshape } from '../../onnx/ops/layout.ts'
import { input, type Tensor } from '../../onnx/tensor.ts'
import { deepLab } from '../deeplab.ts'
import { SegmenterError } from '../errors.ts'
import { foldNormalization } from '../foldedNetwork.ts'
import { normalizedImage } from '../imageInput.ts'
import type { Tensors } from '../layer.ts'
import type { Segmenter } from '../segmenter.ts'
import { classesOf } from '../segmenterTraining.ts'
import { withoutAbsent } from './fusion.ts'
import { type ImageClassifier, imageClassifier } from './imageClassifier.ts'
import { checkUnlabelledImages, type UnlabelledImages } from './unlabelledImages.ts'

export interface FusedLabeler {
  readonly segmenter: Segmenter
  /** Without it, labels are the segmenter's own. */
  readonly classifier?: ImageClassifier | undefined
}

export interface FusionOptions {
  /** Classes that the classifier finds less likely than this are absent, 0..1. The paper: 0.2. */
  readonly absentBelow?: number
  readonly signal?: AbortSignal | undefined
}

/** Images that are sent at once. */
const callImages = 16

/**
 * @param images of the network's size
 * @returns [count, height, width] class ids
 * @throws SegmenterError where images do not fit the network, or the two networks one another; the signal's reason
 */
export async function labelWithFusion(
  engine: Engine,
  labeler: FusedLabeler,
  images: UnlabelledImages,
  { absentBelow = 0.2, signal }: FusionOptions = {},
): Promise<Uint8Array> {
  const { network } = labeler.segmenter
  const { width, height } = network.size
  checkUnlabelledImages(images, network)
  if (!(absentBelow >= 0 && absentBelow <= 1))
    throw new SegmenterError(`absentBelow is ${absentBelow}, expected a probability, 0 to 1`)
  const session = await engine.load(fusedGraph(labeler, absentBelow), { handOver: true })
  const labels = new Uint8Array(images.count * width * height)
  try {
    for (let first = 0; first < images.count; first += callImages) {
      signal?.throwIfAborted()
      const count = Math.min(callImages, images.count - first)
      const [start, length] = [3 * width * height * first, 3 * width * height * count]
      // A copy: with a view, all images would go along.
      const data = images.images.slice(start, start + length)
      const { results } = await session.run({ image: { dtype: 'uint8', shape: [count, height, width, 3], data } })
      labels.set(uint8Data(results.labels, 'labels'), width * height * first)
    }
  } finally {
    await session.release()
  }
  return labels
}

function fusedGraph({ segmenter, classifier }: FusedLabeler, absentBelow: number): Uint8Array {
  const { network } = segmenter
  const { width, height } = network.size
  if (classifier !== undefined && classifier.network.classes !== network.classes)
    throw new SegmenterError(
      `the classifier knows ${classifier.network.classes} classes, the segmenter ${network.classes}: they were not trained together`,
    )
  const parameters = namedConstants(foldNormalization(network, segmenter.tensors))
  const weights = classifier === undefined ? {} : namedConstants(classifier.tensors)
  const outputs = oneByOne(input('image', 'uint8', ['batch', height, width, 3]), (row) => {
    const image = normalizedImage(reshape(row, [1, height, width, 3]))
    const { logits } = deepLab(network, image, { parameters, statistics: {}, mode: 'folded' })
    const fused =
      classifier === undefined ? logits : withoutAbsent(logits, presenceOf(classifier, image, weights), absentBelow)
    return { labels: reshape(classesOf(fused), [height, width]) }
  })
  return buildModel({ name: 'fusion', outputs }).bytes
}

function presenceOf({ network }: ImageClassifier, image: Tensor, weights: Tensors): Tensor {
  const { logits } = imageClassifier(network, image, { parameters: weights, statistics: weights, mode: 'infer' })
  return sigmoid(logits)
}
