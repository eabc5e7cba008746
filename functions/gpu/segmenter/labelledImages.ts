import type { ImageSize } from '../../../schemas/project.ts'
import { SegmenterError } from './errors.ts'

/** A label that says nothing: such pixels are neither learned from nor counted. */
export const ignoredLabel = 255

/** Images of one size with their label maps, packed one after another. */
export interface LabelledImages {
  readonly count: number
  readonly size: ImageSize
  /** [count, height, width, 3] RGB. */
  readonly images: Uint8Array
  /** [count, height, width] class ids, or 255 where nothing is known. */
  readonly labels: Uint8Array
}

/** @throws SegmenterError where there is no image, one is of another size than the network's, or a label is no class */
export function checkLabelledImages(
  { count, size, images, labels }: LabelledImages,
  network: { readonly size: ImageSize; readonly classes: number },
): void {
  const { classes } = network
  const pixels = count * size.width * size.height
  if (count < 1) throw new SegmenterError('there are no labelled images: generate some first')
  if (size.width !== network.size.width || size.height !== network.size.height)
    throw new SegmenterError(
      `the images have ${size.width}×${size.height} pixels, the network takes ${network.size.width}×${network.size.height}`,
    )
  if (images.length !== 3 * pixels || labels.length !== pixels)
    throw new SegmenterError(
      `${count} images of ${size.width}×${size.height} pixels have ${3 * pixels} bytes and ${pixels} labels, ` +
        `not ${images.length} and ${labels.length}`,
    )
  const wrong = labels.findIndex((label) => label >= classes && label !== ignoredLabel)
  if (wrong >= 0)
    throw new SegmenterError(
      `image ${Math.floor(wrong / (size.width * size.height))} holds label ${labels[wrong]}; ` +
        `the segmenter knows 0 to ${classes - 1}, and 255 for what is not known`,
    )
}

/** Some of the images, in the order of their places. */
export function pickImages({ size, images, labels }: LabelledImages, places: ArrayLike<number>): LabelledImages {
  const pixels = size.width * size.height
  const picked = {
    count: places.length,
    size,
    images: new Uint8Array(3 * pixels * places.length),
    labels: new Uint8Array(pixels * places.length),
  }
  for (let index = 0; index < places.length; index++) {
    const place = places[index] ?? 0
    picked.images.set(images.subarray(3 * pixels * place, 3 * pixels * (place + 1)), 3 * pixels * index)
    picked.labels.set(labels.subarray(pixels * place, pixels * (place + 1)), pixels * index)
  }
  return picked
}
