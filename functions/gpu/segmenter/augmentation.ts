import { createRandom, type Random } from '../random.ts'
import { changeColours } from './colours.ts'
import { cropScaled } from './crop.ts'
import { SegmenterError } from './errors.ts'
import type { LabelledImages } from './labelledImages.ts'

/** How far a training image may be changed. */
export interface AugmentationOptions {
  /** Share of images that are mirrored, 0..1. Parts are not swapped: a left eye and a right one are the same part. */
  readonly flip: number
  /** The smallest and the largest factor of an image's size; all ratios are equally likely. */
  readonly scale: readonly [smallest: number, largest: number]
  /** Factors of brightness, contrast and saturation lie between 1 − this and 1 + this; 0..1. */
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
}

export const defaultAugmentation: AugmentationOptions = {
  flip: 0.5,
  scale: [0.75, 1.5],
  brightness: 0.25,
  contrast: 0.25,
  saturation: 0.25,
}

/**
 * Changes the images of a training step at random: colours, then mirrored, scaled and cropped to the same size at a
 * random place, with their label maps. What an image does not cover has the label that is ignored.
 *
 * What happens to a step's images depends on seed, step and their order alone, so that a resumed training sees the same.
 *
 * @param seed 0..2⁵³−1
 * @returns a function of a step's images and its number, 0..2³²−1, that leaves what it gets as it is
 * @throws SegmenterError where an option is out of its range
 */
export function augmentation(
  seed: number,
  options: AugmentationOptions = defaultAugmentation,
): (images: LabelledImages, step: number) => LabelledImages {
  checkOptions(options)
  const random = createRandom(seed, 'segmenter.augmentation')
  return (given, step) => {
    const { count, size } = given
    const pixels = size.width * size.height
    const draws = random.at(step)
    const result = {
      ...given,
      images: new Uint8Array(given.images.length),
      labels: new Uint8Array(given.labels.length),
    }
    const coloured = new Uint8Array(3 * pixels)
    for (let index = 0; index < count; index++) {
      const change = drawChange(draws, options)
      const of = (packed: Uint8Array, length: number) => packed.subarray(index * length, (index + 1) * length)
      changeColours(of(given.images, 3 * pixels), change, coloured)
      cropScaled({ size, image: coloured, labels: of(given.labels, pixels) }, change, {
        image: of(result.images, 3 * pixels),
        labels: of(result.labels, pixels),
      })
    }
    return result
  }
}

/** Each change takes the same number of draws, whatever comes out. */
function drawChange(draws: Random, { flip, scale, brightness, contrast, saturation }: AugmentationOptions) {
  const [smallest, largest] = scale
  const factor = (most: number) => 1 + most * (2 * draws.uniform() - 1)
  return {
    flip: draws.uniform() < flip,
    scale: smallest * (largest / smallest) ** draws.uniform(),
    left: draws.uniform(),
    top: draws.uniform(),
    brightness: factor(brightness),
    contrast: factor(contrast),
    saturation: factor(saturation),
  }
}

function checkOptions({ scale: [smallest, largest], ...shares }: AugmentationOptions): void {
  if (!(smallest > 0 && largest >= smallest && largest < Number.POSITIVE_INFINITY))
    throw new SegmenterError(
      `images cannot be scaled by ${smallest} to ${largest}: give two positive factors, the smaller one first`,
    )
  for (const [name, share] of Object.entries(shares))
    if (!(share >= 0 && share <= 1)) throw new SegmenterError(`the augmentation's ${name} is ${share}, expected 0 to 1`)
}
