import type { HostTensor } from '../../onnx/hostTensor.ts'
import { stepsPerCall } from '../fitSegmenter.ts'
import { checkLabelledImages, type LabelledImages } from '../labelledImages.ts'
import type { SegmenterNetwork } from '../segmenter.ts'
import { checkUnlabelledImages, type UnlabelledImages } from './unlabelledImages.ts'

export interface SemiSupervisedProblem {
  readonly network: SegmenterNetwork
  readonly labelled: LabelledImages
  readonly unlabelled: UnlabelledImages
  /**
   * Labelled images that are not among `labelled`, by whose loss weights are chosen and training stops; never those of a
   * test. Without them all steps are done, and the labelled images themselves choose the weights.
   */
  readonly heldOut?: LabelledImages | undefined
  /** Changes a step's images: it must depend on them, their order and the step's number alone. */
  readonly augment?: ((images: LabelledImages, step: number) => LabelledImages) | undefined
  /** What segmenter and classifier begin with, by the segmenter's names. Default: weights drawn by the options' seed. */
  readonly start?: ReadonlyMap<string, HostTensor> | undefined
}

/** @throws SegmenterError where images do not fit the network */
export function checkProblem({ network, labelled, unlabelled, heldOut }: SemiSupervisedProblem): void {
  checkLabelledImages(labelled, network)
  if (heldOut !== undefined) checkLabelledImages(heldOut, network)
  checkUnlabelledImages(unlabelled, network)
}

/** The images by whose loss weights are chosen. */
export function lookedAt({ labelled, heldOut }: SemiSupervisedProblem): LabelledImages {
  return heldOut ?? labelled
}

/**
 * When a training stops and how many steps it does at once. On images that it learns from a loss says nothing of when to
 * stop, so that patience has no end there.
 * @param images of one step
 */
export function scheduleOf(
  { network, heldOut }: SemiSupervisedProblem,
  images: number,
  { steps, interval, patience }: { readonly steps: number; readonly interval: number; readonly patience: number },
) {
  return {
    steps,
    interval,
    stepsPerCall: stepsPerCall(network, images, interval),
    patience: heldOut === undefined ? steps : patience,
  }
}
