/** The segmenter as one ONNX file, from images to label maps. It runs unchanged in any ONNX Runtime. */
import type { Part } from '../../../schemas/labels.ts'
import { constant } from '../onnx/constant.ts'
import { float32Data } from '../onnx/hostTensor.ts'
import { buildModel, type Model } from '../onnx/model.ts'
import { exp, reciprocal, sub } from '../onnx/ops/elementwise.ts'
import { reshape } from '../onnx/ops/layout.ts'
import { reduceMax, reduceSum } from '../onnx/ops/reduce.ts'
import { scan } from '../onnx/scan.ts'
import { input, type Tensor } from '../onnx/tensor.ts'
import { deepLab } from './deeplab.ts'
import { SegmenterError } from './errors.ts'
import { foldNormalization } from './foldedNetwork.ts'
import { normalizedImage } from './imageInput.ts'
import type { Segmenter } from './segmenter.ts'
import { classesOf } from './segmenterTraining.ts'

export interface SegmenterGraphFacts {
  readonly version: string
  readonly parts: readonly Part[]
}

/**
 * Input: `image` uint8 [batch, height, width, 3] RGB of the network's size.
 * Outputs: `labels` uint8 [batch, height, width] part ids; `confidence` float32 [batch, height, width], the softmax of the
 * chosen part, 1 / parts to 1. Metadata: `version`, `parts` as JSON, `width`, `height`.
 *
 * Images are labelled one after another in a loop over the batch, so that an image's labels do not depend on what else is
 * in its batch, and memory does not grow with it. Batch normalization is folded into the convolutions.
 */
export function segmenterGraph({ network, tensors }: Segmenter, { version, parts }: SegmenterGraphFacts): Model {
  const { width, height } = network.size
  if (parts.length !== network.classes)
    throw new SegmenterError(`the segmenter tells ${network.classes} parts apart, the label list has ${parts.length}`)
  const parameters = Object.fromEntries(
    [...foldNormalization(network, tensors)].map(([name, tensor]) => [
      name,
      constant(float32Data(tensor, name), tensor.shape, name),
    ]),
  )
  const { stacked } = scan({
    label: 'images',
    states: [],
    scanned: [input('image', 'uint8', ['batch', height, width, 3])],
    body: (_, [image]) => {
      if (image === undefined) throw new TypeError('the loop over images lost its image')
      const normalized = normalizedImage(reshape(image, [1, height, width, 3]))
      const { logits } = deepLab(network, normalized, { parameters, statistics: {}, mode: 'folded' })
      return {
        states: [],
        stacked: [reshape(classesOf(logits), [height, width]), reshape(confidenceOf(logits), [height, width])],
      }
    },
  })
  const [labels, confidence] = stacked
  if (labels === undefined || confidence === undefined) throw new TypeError('the graph lost an output')
  return buildModel({
    name: 'segmenter',
    outputs: { labels, confidence },
    metadata: { version, parts: JSON.stringify(parts), width: String(width), height: String(height) },
  })
}

/** The largest softmax is exp(0) / Σ exp(z − max z). */
function confidenceOf(logits: Tensor): Tensor {
  const shifted = sub(logits, reduceMax(logits, [1], { keepDimensions: true }))
  return reciprocal(reduceSum(exp(shifted), [1]))
}
