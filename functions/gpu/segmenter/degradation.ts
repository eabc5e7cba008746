import type { ImageSize } from '../../../schemas/project.ts'
import { createRandom, type Random } from '../random.ts'
import { toByte } from './colours.ts'
import { SegmenterError } from './errors.ts'
import type { LabelledImages } from './labelledImages.ts'

/**
 * How far the pixels of a training image may be spoilt. A generator's images all have the same sharpness and the same fine
 * traces, which a segmenter must not lean on: real images have others.
 */
export interface DegradationOptions {
  /** Largest standard deviation of the noise that is added, in levels of 255; each image's own is between 0 and this. */
  readonly noise: number
  /** Share of images that are blurred, 0..1. */
  readonly blur: number
}

export const defaultDegradation: DegradationOptions = { noise: 8, blur: 0.5 }

/** Normal numbers that images draw from, each from another place on: a fresh one for each byte would take too long. */
const tableLength = 2 ** 16

/**
 * Blurs and roughens a training step's images at random; label maps stay as they are. What happens depends on seed, step
 * and the images' order alone.
 * @param seed 0..2⁵³−1
 * @returns a function of a step's images and its number, 0..2³²−1, that leaves what it gets as it is
 * @throws SegmenterError where an option is out of its range
 */
export function degradation(
  seed: number,
  options: DegradationOptions = defaultDegradation,
): (images: LabelledImages, step: number) => LabelledImages {
  const { noise, blur } = options
  if (!(noise >= 0 && noise <= 255)) throw new SegmenterError(`the noise is ${noise} levels, expected 0 to 255`)
  if (!(blur >= 0 && blur <= 1)) throw new SegmenterError(`the share of blurred images is ${blur}, expected 0 to 1`)
  const random = createRandom(seed, 'segmenter.degradation')
  const table = normalNumbers(createRandom(seed, 'segmenter.noise'))
  return (given, step) => {
    const draws = random.at(step)
    const images = given.images.slice()
    const length = images.length / given.count
    for (let index = 0; index < given.count; index++) {
      const image = images.subarray(index * length, (index + 1) * length)
      // Each image takes the same number of draws, whatever comes out.
      const isBlurred = draws.uniform() < blur
      const deviation = noise * draws.uniform()
      const place = draws.integer(tableLength)
      if (isBlurred) blurImage(image, given.size)
      addNoise(image, table, place, deviation)
    }
    return { ...given, images }
  }
}

function normalNumbers(random: Random): Float32Array {
  return Float32Array.from({ length: tableLength }, () => random.normal())
}

function addNoise(image: Uint8Array, table: Float32Array, place: number, deviation: number): void {
  for (let at = 0; at < image.length; at++) {
    image[at] = toByte((image[at] ?? 0) + deviation * (table[(place + at) % tableLength] ?? 0))
  }
}

/** Means of three neighbours with weights 1, 2, 1, along rows and then along columns; the edge is its own neighbour. */
function blurImage(image: Uint8Array, { width, height }: ImageSize): void {
  const rows = new Uint16Array(image.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [left, right] = [x === 0 ? 0 : 3, x === width - 1 ? 0 : 3]
      for (let at = 3 * (y * width + x), end = at + 3; at < end; at++)
        rows[at] = (image[at - left] ?? 0) + 2 * (image[at] ?? 0) + (image[at + right] ?? 0)
    }
  const line = 3 * width
  for (let y = 0; y < height; y++) {
    const [above, below] = [y === 0 ? 0 : line, y === height - 1 ? 0 : line]
    for (let at = y * line, end = at + line; at < end; at++)
      image[at] = ((rows[at - above] ?? 0) + 2 * (rows[at] ?? 0) + (rows[at + below] ?? 0) + 8) >> 4
  }
}
