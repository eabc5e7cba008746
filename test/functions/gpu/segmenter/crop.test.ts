import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { type CropChange, cropScaled } from '../../../../functions/gpu/segmenter/crop.ts'

const still: CropChange = { flip: false, scale: 1, left: 0, top: 0 }

function crop(width: number, height: number, image: Uint8Array, labels: Uint8Array, change: Partial<CropChange>) {
  const result = { image: new Uint8Array(image.length), labels: new Uint8Array(labels.length) }
  cropScaled({ size: { width, height }, image, labels }, { ...still, ...change }, result)
  return result
}

function randomBytes(length: number, seed: number): Uint8Array {
  const random = createRandom(seed, 'test')
  return Uint8Array.from({ length }, () => random.integer(256))
}

/** The same numbers in all three channels. */
function grey(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value, value, value]))
}

describe('cropScaled', () => {
  const [width, height] = [7, 5]
  const image = randomBytes(3 * width * height, 1)
  const labels = randomBytes(width * height, 2)

  test('leaves an image as it is at scale 1, wherever its frame is said to lie', () => {
    for (const place of [0, 0.3, 1])
      expect(crop(width, height, image, labels, { left: place, top: place })).toEqual({ image, labels })
  })

  test('mirrors rows, and twice mirrored is not mirrored', () => {
    const once = crop(2, 2, Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), Uint8Array.of(1, 2, 3, 4), {
      flip: true,
    })
    expect([...once.image]).toEqual([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9])
    expect([...once.labels]).toEqual([2, 1, 4, 3])
    const mirrored = crop(width, height, image, labels, { flip: true })
    expect(crop(width, height, mirrored.image, mirrored.labels, { flip: true })).toEqual({ image, labels })
  })

  test('doubles labels at scale 2, and shows the quarter at which the frame lies', () => {
    const four = Uint8Array.from({ length: 16 }, (_, index) => index)
    const shown = (left: number, top: number) => [...crop(4, 4, grey([...four]), four, { scale: 2, left, top }).labels]
    expect(shown(0, 0)).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 4, 4, 5, 5, 4, 4, 5, 5])
    expect(shown(1, 0)).toEqual([2, 2, 3, 3, 2, 2, 3, 3, 6, 6, 7, 7, 6, 6, 7, 7])
    expect(shown(0, 1).slice(0, 4)).toEqual([8, 8, 9, 9])
  })

  test('mixes neighbours by their distance, and repeats the outermost', () => {
    // At scale 2 the frame's pixels lie at −1/4, 1/4, 3/4 and 5/4 of the image's.
    const ramp = grey([0, 40, 80, 120])
    const { image: mixed } = crop(4, 1, ramp, new Uint8Array(4), { scale: 2 })
    expect([...mixed]).toEqual([...grey([0, 10, 30, 50])])
    const { image: end } = crop(4, 1, ramp, new Uint8Array(4), { scale: 2, left: 1 })
    expect([...end]).toEqual([...grey([70, 90, 110, 120])])
  })

  test('mixes rows as it mixes columns', () => {
    const { image: mixed } = crop(1, 4, grey([0, 40, 80, 120]), new Uint8Array(4), { scale: 2 })
    expect([...mixed]).toEqual([...grey([0, 10, 30, 50])])
  })

  test.each([
    [0, 0, [1, 1, 255, 255]],
    [1, 0, [255, 255, 1, 1]],
    [0.5, 0, [255, 1, 1, 255]],
  ])('ignores what an image of half the size leaves free, with the image at %d', (left, top, row) => {
    const { image: shown, labels: map } = crop(4, 4, grey(Array(16).fill(200)), new Uint8Array(16).fill(1), {
      scale: 0.5,
      left,
      top,
    })
    expect([...map]).toEqual([...row, ...row, ...Array(8).fill(255)])
    const colours = row.flatMap((label) => (label === 1 ? [200, 200, 200] : [124, 116, 104]))
    expect([...shown.subarray(0, 24)]).toEqual([...colours, ...colours])
    expect([...shown.subarray(24, 27)]).toEqual([124, 116, 104])
  })

  test('keeps a single colour and a single label at every scale above 1', () => {
    for (const scale of [1.1, 1.37, 1.5]) {
      const flat = crop(9, 6, grey(Array(54).fill(77)), new Uint8Array(54).fill(3), { scale, left: 0.4, top: 0.9 })
      expect(new Set(flat.image)).toEqual(new Set([77]))
      expect(new Set(flat.labels)).toEqual(new Set([3]))
    }
  })

  test('mirrors what the frame shows', () => {
    const change = { scale: 1.3, left: 0.2, top: 0.7 }
    const straight = crop(width, height, image, labels, change)
    const mirrored = crop(width, height, image, labels, { ...change, flip: true })
    expect(crop(width, height, mirrored.image, mirrored.labels, { flip: true })).toEqual(straight)
  })
})
