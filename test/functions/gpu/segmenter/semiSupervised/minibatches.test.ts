import { describe, expect, test } from 'vitest'
import { augmentation, defaultAugmentation } from '../../../../../functions/gpu/segmenter/augmentation.ts'
import { pickImages } from '../../../../../functions/gpu/segmenter/labelledImages.ts'
import { minibatches } from '../../../../../functions/gpu/segmenter/semiSupervised/minibatches.ts'
import { shapesData, side } from '../shapesData.ts'

const labelled = shapesData(3, 1)
const { labels: _, ...unlabelled } = shapesData(8, 2)
const options = { seed: 4, batch: 2, unlabelledBatch: 3, twice: true }
const imageBytes = 3 * side * side

/** Which image of a set this is. */
function placeOf(set: Uint8Array, images: Uint8Array, index: number): number {
  const image = Buffer.from(images.subarray(index * imageBytes, (index + 1) * imageBytes))
  return Array.from({ length: set.length / imageBytes }, (_, place) => place).findIndex((place) =>
    image.equals(Buffer.from(set.subarray(place * imageBytes, (place + 1) * imageBytes))),
  )
}

describe('the images of a step', () => {
  test('depend on its number alone', () => {
    const first = minibatches(labelled, unlabelled, options)
    const third = first(3)
    first(4)
    expect(first(3)).toEqual(third)
    expect(minibatches(labelled, unlabelled, options)(3)).toEqual(third)
    expect(minibatches(labelled, unlabelled, { ...options, seed: 5 })(3)).not.toEqual(third)
  })

  test('are labelled ones with their labels, others twice, with 0 for an image', () => {
    const step = minibatches(labelled, unlabelled, options)(0)
    const places = [0, 1].map((index) => placeOf(labelled.images, step.labelled.images, index))
    expect(step.labelled).toEqual(pickImages(labelled, places))
    expect(step.unlabelled.count).toBe(3)
    expect([0, 1, 2].map((index) => placeOf(unlabelled.images, step.unlabelled.images, index))).not.toContain(-1)
    expect(step.again).toEqual(step.unlabelled)
    expect(new Set(step.unlabelled.labels)).toEqual(new Set([0]))
  })

  test('come in an order of their own for each kind, though there are as many', () => {
    const both = minibatches(labelled, labelled, { ...options, batch: 3 })
    const orders = [0, 1, 2, 3].map((step) => {
      const { labelled: one, unlabelled: other } = both(step)
      return Buffer.from(one.images).equals(Buffer.from(other.images))
    })
    expect(orders).toContain(false)
  })

  test('are all seen once before any comes again', () => {
    const step = minibatches(labelled, unlabelled, { ...options, unlabelledBatch: 4 })
    const seen = [0, 1].flatMap((number) =>
      [0, 1, 2, 3].map((index) => placeOf(unlabelled.images, step(number).unlabelled.images, index)),
    )
    expect(seen.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('are changed each in its own way, and say where moved ones leave nothing', () => {
    const augment = augmentation(1, { ...defaultAugmentation, scale: [0.5, 0.5] })
    const step = minibatches(labelled, unlabelled, { ...options, augment })(0)
    expect(step.again.images).not.toEqual(step.unlabelled.images)
    const free = step.unlabelled.labels.filter((label) => label === 255).length
    expect(free).toBe(3 * (side * side - (side / 2) ** 2))
  })

  test('are made once where once is enough', () => {
    const { again, unlabelled: others } = minibatches(labelled, unlabelled, { ...options, twice: false })(0)
    expect(again).toMatchObject({ count: 0, images: new Uint8Array(0), labels: new Uint8Array(0) })
    expect(others).toEqual(minibatches(labelled, unlabelled, options)(0).unlabelled)
  })
})
