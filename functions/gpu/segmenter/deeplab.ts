/**
 * DeepLab-V3 (Chen et al. 2017): a residual network with dilated last stages, pyramid pooling of its features by
 * convolutions of several dilations (ASPP) and of the whole image, and a bilinear enlargement. Tensors are named as in
 * torchvision's `deeplabv3_resnet50`, whose weights fit where the shape is the same.
 */

import { convolution } from '../onnx/ops/convolution.ts'
import { relu } from '../onnx/ops/elementwise.ts'
import { concat, expand } from '../onnx/ops/layout.ts'
import { globalAveragePool } from '../onnx/ops/pooling.ts'
import { bilinearResize } from '../onnx/ops/resize.ts'
import { knownShape } from '../onnx/shape.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { SegmenterError } from './errors.ts'
import {
  Forward,
  type Layer,
  layerParameters,
  layerStatistics,
  type NetworkTensors,
  type Shapes,
  type Tensors,
} from './layer.ts'
import { type OutputStride, type ResNetShape, resNet, resNetFeatures, resNetLayers, resNets } from './resnet.ts'

export interface DeepLabShape {
  readonly backbone: ResNetShape
  readonly outputStride: OutputStride
  /** Channels of the head: 256 in the paper and in torchvision. */
  readonly headWidth: number
  readonly classes: number
}

/** The published networks have a head of 256 channels; the small one has a quarter of it. */
export function deepLabShape(
  backbone: keyof typeof resNets,
  classes: number,
  outputStride: OutputStride = 16,
): DeepLabShape {
  return { backbone: resNets[backbone], outputStride, headWidth: backbone === 'small' ? 64 : 256, classes }
}

/** Dilations of the pyramid (section 3.3 of the paper). */
const rates = { 16: [6, 12, 18], 8: [12, 24, 36] } as const

const classifier = 'classifier.4'

interface Head {
  readonly pyramid: readonly Layer[]
  readonly whole: Layer
  readonly project: Layer
  readonly last: Layer
}

function head({ outputStride, headWidth }: DeepLabShape, inputs: number): Head {
  const branch = (index: number, kernel: number, dilation = 1): Layer => ({
    convolution: `classifier.0.convs.${index}.0`,
    normalization: `classifier.0.convs.${index}.1`,
    inputs,
    outputs: headWidth,
    kernel,
    dilation,
  })
  const dilated = rates[outputStride].map((rate, index) => branch(index + 1, 3, rate))
  const [convolutionName, normalization] = ['classifier.0.convs.4.1', 'classifier.0.convs.4.2']
  return {
    pyramid: [branch(0, 1), ...dilated],
    whole: { convolution: convolutionName, normalization, inputs, outputs: headWidth, kernel: 1 },
    project: {
      convolution: 'classifier.0.project.0',
      normalization: 'classifier.0.project.1',
      inputs: headWidth * 5,
      outputs: headWidth,
      kernel: 1,
    },
    last: {
      convolution: 'classifier.1',
      normalization: 'classifier.2',
      inputs: headWidth,
      outputs: headWidth,
      kernel: 3,
    },
  }
}

/** All normalized layers, in the order of torchvision. @throws SegmenterError for fewer than two classes */
export function deepLabLayers(shape: DeepLabShape): readonly Layer[] {
  if (!Number.isInteger(shape.classes) || shape.classes < 2)
    throw new SegmenterError(`a segmenter tells two classes or more apart, not ${shape.classes}`)
  const backbone = resNet(shape.backbone, shape.outputStride, 'backbone.')
  const { pyramid, whole, project, last } = head(shape, backbone.channels)
  return [...resNetLayers(backbone), ...pyramid, whole, project, last]
}

/** float32 shapes of what is learned, by name, in the order of torchvision. @throws SegmenterError for fewer than two classes */
export function deepLabParameters(shape: DeepLabShape): Shapes {
  return {
    ...merged(deepLabLayers(shape).map(layerParameters)),
    [`${classifier}.weight`]: [shape.classes, shape.headWidth, 1, 1],
    [`${classifier}.bias`]: [shape.classes],
  }
}

/** float32 shapes of the running statistics of batch normalization, by name. */
export function deepLabStatistics(shape: DeepLabShape): Shapes {
  return merged(deepLabLayers(shape).map(layerStatistics))
}

function merged(all: readonly Shapes[]): Shapes {
  return Object.fromEntries(all.flatMap((shapes) => Object.entries(shapes)))
}

/**
 * The network. There is no dropout: it would need random numbers inside the graph.
 * @param image [batch, 3, height, width], normalized as the weights expect it
 * @returns logits [batch, classes, height, width], and the running statistics after this batch (those given, in inference)
 * @throws SegmenterError where a tensor is missing
 */
export function deepLab(
  shape: DeepLabShape,
  image: Tensor,
  tensors: NetworkTensors,
): { readonly logits: Tensor; readonly statistics: Tensors } {
  const [, , height = 0, width = 0] = knownShape(image, 'a segmenter')
  const forward = new Forward(tensors)
  const backbone = resNet(shape.backbone, shape.outputStride, 'backbone.')
  const features = resNetFeatures(image, backbone, forward)
  const [batch = 0, , rows = 0, columns = 0] = knownShape(features, 'a segmenter')
  const { pyramid, whole, project, last } = head(shape, backbone.channels)
  const activated = (x: Tensor, layer: Layer): Tensor => relu(forward.normalized(x, layer))
  const branches = pyramid.map((layer) => activated(features, layer))
  // Enlarging one pixel bilinearly repeats it.
  const global = expand(activated(globalAveragePool(features), whole), [batch, shape.headWidth, rows, columns])
  const joined = concat([...branches, global], 1)
  const refined = activated(activated(joined, project), last)
  const [weight, bias] = [forward.parameter(`${classifier}.weight`), forward.parameter(`${classifier}.bias`)]
  const logits = convolution(refined, weight, bias)
  return { logits: bilinearResize(logits, [height, width]), statistics: forward.statistics }
}
