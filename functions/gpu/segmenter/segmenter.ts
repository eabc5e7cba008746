/** A segmenter: a network for images of one size, and its weights. */
import type { Backbone } from '../../../schemas/segmenter.ts'
import type { HostTensor } from '../onnx/hostTensor.ts'
import { type DeepLabShape, deepLabParameters, deepLabStatistics } from './deeplab.ts'
import { SegmenterError } from './errors.ts'
import type { Tensors } from './layer.ts'
import { type OutputStride, resNets } from './resnet.ts'

export interface ImageSize {
  readonly width: number
  readonly height: number
}

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
 * A network by the names of its parts. The head is as wide as in the paper, but for the small backbone.
 * @throws SegmenterError where the size cannot be
 */
export function segmenterNetwork({ backbone, ...choice }: NetworkChoice): SegmenterNetwork {
  const { least, most } = networkSides
  for (const [name, side] of Object.entries(choice.size))
    if (!Number.isInteger(side) || side < least || side > most)
      throw new SegmenterError(`the ${name} of a segmenter's images is ${side}, expected ${least} to ${most} pixels`)
  return { ...choice, backbone: resNets[backbone], headWidth: backbone === 'small' ? 64 : 256 }
}

/** Parameters and running statistics of a network among tensors by name, as `deepLab` takes them. */
export function splitTensors(network: DeepLabShape, tensors: Tensors) {
  const pick = (names: readonly string[]): Tensors =>
    Object.fromEntries(
      names.map((name) => {
        const tensor = tensors[name]
        if (tensor === undefined) throw new SegmenterError(`the network has no tensor ${name}`)
        return [name, tensor]
      }),
    )
  return {
    parameters: pick(Object.keys(deepLabParameters(network))),
    statistics: pick(Object.keys(deepLabStatistics(network))),
  }
}
