/**
 * The second branch's network (Mittal et al. 2019): says which classes occur in an image. It is a residual network of
 * its own, shaped as the segmenter's backbone, with the mean of its last features and a linear layer behind it. Tensors are
 * named as in torchvision.
 */

import type { HostTensor } from '../../onnx/hostTensor.ts'
import { add } from '../../onnx/ops/elementwise.ts'
import { transposeMatrix } from '../../onnx/ops/layout.ts'
import { matmul } from '../../onnx/ops/linear.ts'
import { reduceMean } from '../../onnx/ops/reduce.ts'
import type { Tensor } from '../../onnx/tensor.ts'
import { Forward, layerParameters, layerStatistics, type NetworkTensors, type Shapes, type Tensors } from '../layer.ts'
import { resNet, resNetFeatures, resNetLayers } from '../resnet.ts'
import type { SegmenterNetwork } from '../segmenter.ts'

/** Says which classes occur in images of one size. */
export interface ImageClassifier {
  /** The segmenter's, whose backbone it has. */
  readonly network: SegmenterNetwork
  /** Parameters and running statistics by name. */
  readonly tensors: ReadonlyMap<string, HostTensor>
}

/** float32 shapes of what is learned, by name. */
export function classifierParameters(network: SegmenterNetwork): Shapes {
  const { channels, layers } = backboneOf(network)
  return {
    ...Object.assign({}, ...layers.map(layerParameters)),
    'fc.weight': [network.classes, channels],
    'fc.bias': [network.classes],
  }
}

/** float32 shapes of the running statistics of batch normalization, by name. */
export function classifierStatistics(network: SegmenterNetwork): Shapes {
  return Object.assign({}, ...backboneOf(network).layers.map(layerStatistics))
}

/**
 * @param image [batch, 3, height, width], as networks take it
 * @returns logits [batch, classes], and the running statistics after this batch (those given, in inference)
 * @throws SegmenterError where a tensor is missing
 */
export function imageClassifier(
  network: SegmenterNetwork,
  image: Tensor,
  tensors: NetworkTensors,
): { readonly logits: Tensor; readonly statistics: Tensors } {
  const forward = new Forward(tensors)
  const features = reduceMean(resNetFeatures(image, backboneOf(network).net, forward), [2, 3])
  const logits = add(matmul(features, transposeMatrix(forward.parameter('fc.weight'))), forward.parameter('fc.bias'))
  return { logits, statistics: forward.statistics }
}

function backboneOf({ backbone, outputStride }: SegmenterNetwork) {
  const net = resNet(backbone, outputStride, 'backbone.')
  return { net, channels: net.channels, layers: resNetLayers(net) }
}
