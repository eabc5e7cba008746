/** Which images a step of semi-supervised training sees, and how they are changed. */
import { createRandom } from '../../random.ts'
import { imageOrder } from '../imageOrder.ts'
import { imagesFrom, joinImages } from '../joinImages.ts'
import { type LabelledImages, pickImages } from '../labelledImages.ts'
import { pickUnlabelled, type UnlabelledImages } from './unlabelledImages.ts'

export interface Minibatch {
  readonly labelled: LabelledImages
  /** Labels are 0 where there is an image, 255 where there is none. */
  readonly unlabelled: LabelledImages
  /** The same images without labels, changed in another way. */
  readonly again: LabelledImages
}

export interface MinibatchOptions {
  readonly seed: number
  /** Labelled images per step. */
  readonly batch: number
  readonly unlabelledBatch: number
  /** Whether the images without labels are made twice. */
  readonly twice: boolean
  readonly augment?: ((images: LabelledImages, step: number) => LabelledImages) | undefined
}

/** @returns a function of the step's number, on which alone its images depend */
export function minibatches(
  labelled: LabelledImages,
  unlabelled: UnlabelledImages,
  { seed, batch, unlabelledBatch, twice, augment }: MinibatchOptions,
): (step: number) => Minibatch {
  const order = imageOrder(labelled.count, batch, seed)
  // Another seed: sets of the same size would go in step otherwise.
  const otherSeed = createRandom(seed, 'segmenter.unlabelled').integer(2 ** 32)
  const otherOrder = imageOrder(unlabelled.count, unlabelledBatch, otherSeed)
  return (step) => {
    const others = pickUnlabelled(unlabelled, otherOrder(step))
    const images = joinImages([pickImages(labelled, order(step)), others, ...(twice ? [others] : [])])
    const changed = augment?.(images, step) ?? images
    return {
      labelled: imagesFrom(changed, 0, batch),
      unlabelled: imagesFrom(changed, batch, unlabelledBatch),
      again: imagesFrom(changed, batch + unlabelledBatch, twice ? unlabelledBatch : 0),
    }
  }
}
