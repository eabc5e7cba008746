import { SegmenterError } from '../errors.ts'
import { type LabelledImages, pickImages } from '../labelledImages.ts'
import type { SegmenterNetwork } from '../segmenter.ts'

/** Images of one size, packed one after another, of which no label is known. Labelled images are such, too. */
export type UnlabelledImages = Omit<LabelledImages, 'labels'>

/** @throws SegmenterError where there is no image, or one is of another size than the network's */
export function checkUnlabelledImages({ count, size, images }: UnlabelledImages, network: SegmenterNetwork): void {
  const bytes = 3 * count * size.width * size.height
  if (!Number.isSafeInteger(count) || count < 1)
    throw new SegmenterError(`there are ${count} images without labels, expected one or more`)
  if (size.width !== network.size.width || size.height !== network.size.height)
    throw new SegmenterError(
      `the images without labels have ${size.width}×${size.height} pixels, the network takes ` +
        `${network.size.width}×${network.size.height}`,
    )
  if (images.length !== bytes)
    throw new SegmenterError(
      `${count} images of ${size.width}×${size.height} pixels have ${bytes} bytes, not ${images.length}`,
    )
}

/**
 * Some of the images, in the order of their places, with label 0 everywhere: once images are moved, the ignored label
 * tells where there is none.
 */
export function pickUnlabelled(images: UnlabelledImages, places: ArrayLike<number>): LabelledImages {
  return pickImages({ ...images, labels: new Uint8Array(0) }, places)
}
