import { describe, expect, test } from 'vitest'
import { changeColours } from '../../../../functions/gpu/segmenter/colours.ts'

const unchanged = { brightness: 1, contrast: 1, saturation: 1 }

function changed(image: readonly number[], change: Partial<typeof unchanged>): number[] {
  const result = new Uint8Array(image.length)
  changeColours(Uint8Array.from(image), { ...unchanged, ...change }, result)
  return [...result]
}

describe('changeColours', () => {
  const image = [0, 100, 200, 50, 50, 50, 255, 255, 255, 13, 7, 250]

  test('leaves an image as it is where all factors are 1', () => {
    expect(changed(image, {})).toEqual(image)
  })

  test('multiplies by the brightness, up to white', () => {
    expect(changed([0, 100, 200], { brightness: 1.25 })).toEqual([0, 125, 250])
    expect(changed([10, 180, 200], { brightness: 1.5 })).toEqual([15, 255, 255])
    expect(changed(image, { brightness: 0 })).toEqual(image.map(() => 0))
  })

  test('spreads greys from their mean by the contrast', () => {
    const greys = [60, 60, 60, 100, 100, 100]
    expect(changed(greys, { contrast: 0.5 })).toEqual([70, 70, 70, 90, 90, 90])
    expect(changed(greys, { contrast: 2 })).toEqual([40, 40, 40, 120, 120, 120])
    expect(changed(greys, { contrast: 0 })).toEqual([80, 80, 80, 80, 80, 80])
  })

  test('leaves the luminance where there is no saturation', () => {
    // 0.299 · 100, 0.587 · 100, 0.114 · 100
    expect(changed([100, 0, 0, 0, 100, 0, 0, 0, 100], { saturation: 0 })).toEqual([30, 30, 30, 59, 59, 59, 11, 11, 11])
    expect(changed([70, 70, 70], { saturation: 1.7 })).toEqual([70, 70, 70])
  })

  test('moves colours away from their grey by the saturation', () => {
    // The luminance of (100, 50, 50) is 50 + 0.299 · 50 = 64.95.
    expect(changed([100, 50, 50], { saturation: 1.5 })).toEqual([118, 43, 43])
  })

  test('changes brightness before contrast', () => {
    // Twice as bright is 120 and 200, with the mean 160.
    expect(changed([60, 60, 60, 100, 100, 100], { brightness: 2, contrast: 0.5 })).toEqual([
      140, 140, 140, 180, 180, 180,
    ])
  })
})
