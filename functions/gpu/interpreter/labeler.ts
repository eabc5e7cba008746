import type { Tensor } from '../onnx/tensor.ts'
import type { SquarePart } from './labelFrame.ts'

/** What a labelling graph says about one image. */
export interface Labelling {
  /** uint8 [pixels], row-major. */
  readonly labels: Tensor
  /** [pixels] Jensen-Shannon divergence in nats. */
  readonly divergence: Tensor
}

/**
 * Adds the nodes that label one image from its taps ([1, channels, side, side] each).
 * @param part of the square that the label map covers
 */
export type Labeler = (taps: readonly Tensor[], part: SquarePart) => Labelling
