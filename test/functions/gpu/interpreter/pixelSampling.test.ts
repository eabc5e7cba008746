import { describe, expect, test } from 'vitest'
import { InterpreterError } from '../../../../functions/gpu/interpreter/ensemble.ts'
import { type PixelSamplingOptions, samplePixels } from '../../../../functions/gpu/interpreter/pixelSampling.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'

/** A label map with so many pixels of each part, in the order of the parts. */
const painted = (...counts: readonly number[]): Uint8Array =>
  Uint8Array.from(counts.flatMap((count, part) => new Array<number>(count).fill(part)))

const sample = (
  labelMaps: readonly Uint8Array[],
  options: Partial<PixelSamplingOptions> & { readonly parts: number },
  seed = 0,
): readonly Uint32Array[] =>
  samplePixels(labelMaps, { total: 1000, perImage: Number.POSITIVE_INFINITY, ...options }, createRandom(seed, 'test'))

/** Chosen pixels of each part, over all images. */
function countParts(
  labelMaps: readonly Uint8Array[],
  chosen: readonly Uint32Array[],
  parts: number,
): readonly number[] {
  const counts = new Array<number>(parts).fill(0)
  for (const [image, pixels] of chosen.entries())
    for (const pixel of pixels) {
      const part = labelMaps[image]?.[pixel] ?? Number.NaN
      counts[part] = (counts[part] ?? 0) + 1
    }
  return counts
}

describe('sampled pixels', () => {
  test('are shared out by the square root of each part’s size', () => {
    const labelMaps = [painted(6400, 1600, 100)]
    // √6400 : √1600 : √100 = 8 : 4 : 1
    expect(countParts(labelMaps, sample(labelMaps, { parts: 3, total: 130 }), 3)).toEqual([80, 40, 10])
  })

  test('take a small part whole, and give what it lacks to the others', () => {
    const labelMaps = [painted(10_000, 10_000, 4)]
    const counts = countParts(labelMaps, sample(labelMaps, { parts: 3, total: 1004 }), 3)
    expect(counts).toEqual([500, 500, 4])
  })

  test('are all there are where fewer exist than are wanted', () => {
    const chosen = sample([painted(5, 3), painted(0, 2)], { parts: 2 })
    expect(chosen.map((pixels) => [...pixels])).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7],
      [0, 1],
    ])
  })

  test('do without a part that was never painted', () => {
    const labelMaps = [painted(400, 0, 100)]
    const counts = countParts(labelMaps, sample(labelMaps, { parts: 5, total: 30 }), 5)
    expect(counts).toEqual([20, 0, 10, 0, 0])
  })

  test('keep to the limit of each image, small parts before large ones', () => {
    const labelMaps = [painted(1000, 8), painted(1000, 8), painted(1000)]
    const chosen = sample(labelMaps, { parts: 2, total: 300, perImage: 20 })
    expect(chosen.map((pixels) => pixels.length)).toEqual([20, 20, 20])
    expect(countParts(labelMaps, chosen, 2)).toEqual([44, 16])
  })

  test('come evenly from the images, as far as these have the part', () => {
    const labelMaps = [painted(100), painted(100), painted(10), painted(100)]
    const chosen = sample(labelMaps, { parts: 1, total: 100 })
    expect(chosen.map((pixels) => pixels.length)).toEqual([30, 30, 10, 30])
  })

  test('are different ones, in ascending order', () => {
    const [pixels = new Uint32Array()] = sample([painted(500, 500)], { parts: 2, total: 700 })
    expect(new Set(pixels).size).toBe(700)
    expect([...pixels]).toEqual([...pixels].sort((a, b) => a - b))
  })

  test('are the same for the same random numbers, others for others', () => {
    const labelMaps = [painted(500, 50), painted(300, 250)]
    const options = { parts: 2, total: 100 }
    expect(sample(labelMaps, options, 1)).toEqual(sample(labelMaps, options, 1))
    expect(sample(labelMaps, options, 1)).not.toEqual(sample(labelMaps, options, 2))
  })

  test('may be all of one image of 512 × 512', () => {
    const labelMap = Uint8Array.from({ length: 512 * 512 }, (_, pixel) => pixel % 7)
    const [pixels] = sample([labelMap], { parts: 7, total: 2 ** 20 })
    expect(pixels?.length).toBe(512 * 512)
    expect(pixels?.every((pixel, place) => pixel === place)).toBe(true)
  })
})

describe('what cannot be sampled is an InterpreterError', () => {
  test('no seed annotation at all', () => {
    expect(() => sample([], { parts: 2 })).toThrow(InterpreterError)
    expect(() => sample([], { parts: 2 })).toThrow('paint at least one image')
  })

  test('a label that the label list does not have', () => {
    const labelMaps = [painted(3), Uint8Array.of(0, 1, 2)]
    expect(() => sample(labelMaps, { parts: 2 })).toThrow(InterpreterError)
    expect(() => sample(labelMaps, { parts: 2 })).toThrow('pixel 2 is labelled 2, the label list ends at 1')
  })
})
