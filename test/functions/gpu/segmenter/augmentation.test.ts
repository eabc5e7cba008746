import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { augmentation, defaultAugmentation } from '../../../../functions/gpu/segmenter/augmentation.ts'
import { SegmenterError } from '../../../../functions/gpu/segmenter/errors.ts'
import { type LabelledImages, pickImages } from '../../../../functions/gpu/segmenter/labelledImages.ts'

const still = { flip: 0, scale: [1, 1], brightness: 0, contrast: 0, saturation: 0 } as const
const size = { width: 6, height: 4 }
const pixels = size.width * size.height

function randomImages(count: number): LabelledImages {
  const random = createRandom(3, 'test')
  const bytes = (length: number, bound: number) => Uint8Array.from({ length }, () => random.integer(bound))
  return { count, size, images: bytes(3 * pixels * count, 256), labels: bytes(pixels * count, 11) }
}

/** The same image again and again, whose labels tell the column and whose colours tell nothing. */
function columns(count: number): LabelledImages {
  const labels = Uint8Array.from({ length: pixels * count }, (_, at) => at % size.width)
  return { count, size, images: new Uint8Array(3 * pixels * count).fill(128), labels }
}

describe('augmentation', () => {
  const images = randomImages(5)

  test('leaves images as they are where nothing may change', () => {
    expect(augmentation(1, still)(images, 0)).toEqual(images)
  })

  test('does not touch what it is given', () => {
    const given = randomImages(5)
    augmentation(1)(given, 0)
    expect(given).toEqual(images)
  })

  test('depends on seed and step alone', () => {
    const augment = augmentation(1)
    const first = augment(images, 7)
    augment(images, 8)
    expect(augment(images, 7)).toEqual(first)
    expect(augmentation(1)(images, 7)).toEqual(first)
    expect(augment(images, 8)).not.toEqual(first)
    expect(augmentation(2)(images, 7)).not.toEqual(first)
  })

  test('changes each image by draws of its own', () => {
    const same = pickImages(images, [2, 2, 2])
    const changed = augmentation(1)(same, 0)
    expect(pickImages(changed, [0])).not.toEqual(pickImages(changed, [1]))
    expect(pickImages(changed, [1])).not.toEqual(pickImages(changed, [2]))
  })

  test('changes an image in its place as if later ones were not there', () => {
    const augment = augmentation(1)
    expect(pickImages(augment(images, 4), [0, 1])).toEqual(augment(pickImages(images, [0, 1]), 4))
  })

  test('mirrors the share of images that is asked for', () => {
    const mirrored = (flip: number) => {
      const { labels } = augmentation(1, { ...still, flip })(columns(400), 0)
      return Array.from({ length: 400 }, (_, index) => labels[index * pixels]).filter((label) => label === 5).length
    }
    expect(mirrored(0)).toBe(0)
    expect(mirrored(1)).toBe(400)
    // Three standard deviations of 400 coins are 30.
    expect(Math.abs(mirrored(0.5) - 200)).toBeLessThan(30)
  })

  test('enlarges and shrinks equally often when the factors are inverse, and ignores what is free', () => {
    const { labels } = augmentation(1, { ...still, scale: [0.5, 2] })(columns(400), 0)
    const free = Array.from({ length: 400 }, (_, index) => {
      return labels.subarray(index * pixels, (index + 1) * pixels).includes(255)
    }).filter((has) => has).length
    // Above 5/6 of the size, no whole column need be free: (ln 5/6 − ln 1/2) / ln 4 of the images are surely below.
    const surely = 400 * (Math.log(5 / 3) / Math.log(4))
    expect(free).toBeGreaterThan(surely - 30)
    expect(free).toBeLessThan(200 + 30)
  })

  test('keeps within the factors of brightness', () => {
    const grey = columns(300)
    const { images: changed } = augmentation(1, { ...still, brightness: 0.25 })(grey, 0)
    expect(Math.min(...changed)).toBeGreaterThanOrEqual(96)
    expect(Math.min(...changed)).toBeLessThan(100)
    expect(Math.max(...changed)).toBeLessThanOrEqual(160)
    expect(Math.max(...changed)).toBeGreaterThan(156)
  })

  test.each([
    [{ flip: 1.5 }, 'flip is 1.5'],
    [{ brightness: -0.1 }, 'brightness is -0.1'],
    [{ contrast: Number.NaN }, 'contrast is NaN'],
    [{ saturation: 2 }, 'saturation is 2'],
    [{ scale: [0, 1] as const }, 'by 0 to 1'],
    [{ scale: [1.5, 0.75] as const }, 'by 1.5 to 0.75'],
    [{ scale: [1, Number.POSITIVE_INFINITY] as const }, 'by 1 to Infinity'],
  ])('refuses %o', (wrong, message) => {
    expect(() => augmentation(1, { ...defaultAugmentation, ...wrong })).toThrow(SegmenterError)
    expect(() => augmentation(1, { ...defaultAugmentation, ...wrong })).toThrow(message)
  })
})
