import { describe, expect, test } from 'vitest'
import { degradation } from '../../../../functions/gpu/segmenter/degradation.ts'
import { SegmenterError } from '../../../../functions/gpu/segmenter/errors.ts'
import type { LabelledImages } from '../../../../functions/gpu/segmenter/labelledImages.ts'

const size = { width: 40, height: 30 }
const pixels = size.width * size.height

function flat(count: number, level: number): LabelledImages {
  const labels = Uint8Array.from({ length: count * pixels }, (_, pixel) => pixel % 3)
  return { count, size, images: new Uint8Array(3 * count * pixels).fill(level), labels }
}

describe('noise', () => {
  test('has mean 0 and a deviation up to the one asked for', () => {
    const count = 50
    const { images } = degradation(1, { noise: 20, blur: 0 })(flat(count, 128), 3)
    const deviations = Array.from({ length: count }, (_, index) => {
      const values = images.subarray(3 * pixels * index, 3 * pixels * (index + 1))
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      expect(Math.abs(mean - 128)).toBeLessThan(1.5)
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    })
    expect(Math.max(...deviations)).toBeLessThan(21)
    expect(Math.max(...deviations)).toBeGreaterThan(17)
    expect(Math.min(...deviations)).toBeLessThan(3)
  })

  test('stays within bytes', () => {
    const { images } = degradation(1, { noise: 100, blur: 0 })(flat(4, 250), 0)
    expect(images).toContain(255)
    expect(Math.min(...images)).toBeLessThan(200)
  })
})

describe('blur', () => {
  const everything = { noise: 0, blur: 1 }

  test('spreads a bright pixel over its neighbours by the binomial kernel', () => {
    const given = flat(1, 0)
    given.images.set([160, 32, 16], 3 * (10 * size.width + 20))
    const { images } = degradation(1, everything)(given, 0)
    const around = [-1, 0, 1].map((y) => [-1, 0, 1].map((x) => images[3 * ((10 + y) * size.width + 20 + x)]))
    expect(around).toEqual([
      [10, 20, 10],
      [20, 40, 20],
      [10, 20, 10],
    ])
    expect(images.reduce((sum, value) => sum + value, 0)).toBe(160 + 32 + 16)
  })

  test('leaves plain images as they are, to the edge', () => {
    expect(degradation(1, everything)(flat(2, 77), 0).images).toEqual(flat(2, 77).images)
  })

  test('meets the share of images that is asked for', () => {
    const given = flat(200, 0)
    for (let index = 0; index < 200; index++) given.images[3 * pixels * index + 300] = 160
    const { images } = degradation(1, { noise: 0, blur: 0.25 })(given, 0)
    const blurred = Array.from({ length: 200 }, (_, index) => images[3 * pixels * index + 300]).filter(
      (level) => level !== 160,
    )
    expect(blurred.length).toBeGreaterThan(30)
    expect(blurred.length).toBeLessThan(70)
  })
})

describe('a step’s images', () => {
  test('depend on seed and step alone, and what is given stays as it is', () => {
    const given = flat(3, 100)
    const spoil = degradation(5)
    const third = spoil(given, 3)
    spoil(given, 9)
    expect(spoil(given, 3)).toEqual(third)
    expect(degradation(5)(given, 3)).toEqual(third)
    expect(spoil(given, 4).images).not.toEqual(third.images)
    expect(degradation(6)(given, 3).images).not.toEqual(third.images)
    expect(given).toEqual(flat(3, 100))
    expect(third.labels).toEqual(given.labels)
  })

  test.each([
    [{ noise: -1, blur: 0 }, 'the noise is -1 levels, expected 0 to 255'],
    [{ noise: 0, blur: 1.5 }, 'the share of blurred images is 1.5, expected 0 to 1'],
    [{ noise: Number.NaN, blur: 0 }, 'the noise is NaN levels'],
  ])('cannot be spoilt by %j', (options, message) => {
    expect(() => degradation(0, options)).toThrow(SegmenterError)
    expect(() => degradation(0, options)).toThrow(message)
  })
})
