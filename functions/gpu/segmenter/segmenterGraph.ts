/** The segmenter as one ONNX file, from images to label maps. It runs unchanged in any ONNX Runtime. */
import type { Part } from '../../../schemas/labels.ts'
import { namedConstants } from '../onnx/constant.ts'
import { buildModel, type Model } from '../onnx/model.ts'
import { oneByOne } from '../onnx/oneByOne.ts'
import { exp, reciprocal, sub } from '../onnx/ops/elementwise.ts'
import { reshape } from '../onnx/ops/layout.ts'
import { reduceMax, reduceSum } from '../onnx/ops/reduce.ts'
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
 * Images are labelled one after another. Batch normalization is folded into the convolutions.
 */
export function segmenterGraph({ network, tensors }: Segmenter, { version, parts }: SegmenterGraphFacts): Model {
  const { width, height } = network.size
  if (parts.length !== network.classes)
    throw new SegmenterError(`the segmenter tells ${network.classes} parts apart, the label list has ${parts.length}`)
  const parameters = namedConstants(foldNormalization(network, tensors))
  const outputs = oneByOne(input('image', 'uint8', ['batch', height, width, 3]), (image) => {
    const normalized = normalizedImage(reshape(image, [1, height, width, 3]))
    const { logits } = deepLab(network, normalized, { parameters, statistics: {}, mode: 'folded' })
    return {
      labels: reshape(classesOf(logits), [height, width]),
      confidence: reshape(confidenceOf(logits), [height, width]),
    }
  })
  return buildModel({
    name: 'segmenter',
    outputs,
    metadata: { version, parts: JSON.stringify(parts), width: String(width), height: String(height) },
  })
}

/** The largest softmax is exp(0) / Σ exp(z − max z). */
function confidenceOf(logits: Tensor): Tensor {
  const shifted = sub(logits, reduceMax(logits, [1], { keepDimensions: true }))
  return reciprocal(reduceSum(exp(shifted), [1]))
}
