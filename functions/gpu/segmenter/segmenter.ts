/** A segmenter: a network for images of one size, and its weights. */
import type { ImageSize } from '../../../schemas/project.ts'
import type { Backbone } from '../../../schemas/segmenter.ts'
import type { HostTensor } from '../onnx/hostTensor.ts'
import { type DeepLabShape, deepLabShape } from './deeplab.ts'
import { SegmenterError } from './errors.ts'
import type { OutputStride } from './resnet.ts'

/** A network for images of one size: graphs have fixed sizes, other images are resized on the way in and out. */
export interface SegmenterNetwork extends DeepLabShape {
  readonly size: ImageSize
}

export interface Segmenter {
  readonly network: SegmenterNetwork
  /** Parameters and running statistics by name. */
  readonly tensors: ReadonlyMap<string, HostTensor>
}

/** Sides that a network may have: below, nothing would be left in its deepest layers; above, no machine could train it. */
export const networkSides = { least: 32, most: 2048 } as const

export interface NetworkChoice {
  readonly backbone: Backbone
  readonly outputStride: OutputStride
  readonly size: ImageSize
  readonly classes: number
}

/**
 * A network by the names of its parts.
 * @throws SegmenterError where the size cannot be
 */
export function segmenterNetwork({ backbone, outputStride, size, classes }: NetworkChoice): SegmenterNetwork {
  const { least, most } = networkSides
  for (const [name, side] of Object.entries(size))
    if (!Number.isInteger(side) || side < least || side > most)
      throw new SegmenterError(`the ${name} of a segmenter's images is ${side}, expected ${least} to ${most} pixels`)
  return { ...deepLabShape(backbone, classes, outputStride), size }
}
