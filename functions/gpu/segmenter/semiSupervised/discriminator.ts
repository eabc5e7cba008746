/**
 * The discriminator of s4GAN (Mittal et al. 2019): four convolutions that halve the image, the mean of what they
 * find, and one number that tells painted label maps from predicted ones. The paper's dropout is left out, since graphs
 * draw no random numbers.
 */
import { convolution } from '../../onnx/ops/convolution.ts'
import { add, leakyRelu } from '../../onnx/ops/elementwise.ts'
import { reshape, transposeMatrix } from '../../onnx/ops/layout.ts'
import { matmul } from '../../onnx/ops/linear.ts'
import { reduceMean } from '../../onnx/ops/reduce.ts'
import { knownShape } from '../../onnx/shape.ts'
import type { Tensor } from '../../onnx/tensor.ts'
import { SegmenterError } from '../errors.ts'
import type { Shapes, Tensors } from '../layer.ts'

export interface DiscriminatorShape {
  readonly classes: number
  /** Channels of the first layer, 64 in the paper; each of the others has twice those of the one before. */
  readonly width: number
}

const layers = ['conv1', 'conv2', 'conv3', 'conv4'] as const
const kernel = 4
const slope = 0.2

/** float32 shapes of what is learned, by name. */
export function discriminatorParameters({ classes, width }: DiscriminatorShape): Shapes {
  const shapes: Record<string, readonly number[]> = {}
  let inputs = 3 + classes
  for (const [index, name] of layers.entries()) {
    const outputs = width * 2 ** index
    shapes[`${name}.weight`] = [outputs, inputs, kernel, kernel]
    shapes[`${name}.bias`] = [outputs]
    inputs = outputs
  }
  return { ...shapes, 'fc.weight': [1, inputs], 'fc.bias': [1] }
}

export interface Judgement {
  /** [batch]; above 0 where the label map looks painted. */
  readonly logits: Tensor
  /** [batch, 8 · width]: what the last layer found, in the mean over the image. */
  readonly features: Tensor
}

/**
 * @param pairs [batch, 3 + classes, height, width]: images as networks take them, and a probability for each class
 * @throws SegmenterError where a parameter is missing; GraphError for images below 16 pixels
 */
export function discriminator(pairs: Tensor, parameters: Tensors): Judgement {
  const named = (name: string): Tensor => {
    const tensor = parameters[name]
    if (tensor === undefined) throw new SegmenterError(`the discriminator has no tensor ${name}`)
    return tensor
  }
  const maps = layers.reduce((x, name) => {
    const options = { strides: [2, 2], pads: [1, 1, 1, 1] } as const
    return leakyRelu(convolution(x, named(`${name}.weight`), named(`${name}.bias`), options), slope)
  }, pairs)
  const features = reduceMean(maps, [2, 3])
  const [batch = 0] = knownShape(features, 'a discriminator')
  const logits = add(matmul(features, transposeMatrix(named('fc.weight'))), named('fc.bias'))
  return { logits: reshape(logits, [batch]), features }
}
