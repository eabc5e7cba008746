import { describe, expect, test } from 'vitest'
import { hueColour, paletteColour, roundHalfToEven } from '../../../../bench/experiments/avatars/colours.ts'

describe('hueColour', () => {
  test.each([
    [0, 1, 0.5, 'ff0000'],
    [1 / 6, 1, 0.5, 'ffff00'],
    [1 / 3, 1, 0.5, '00ff00'],
    [0.5, 1, 0.5, '00ffff'],
    [2 / 3, 1, 0.5, '0000ff'],
    [0.7, 0, 0.2, '333333'],
    [0.1, 0.8, 0, '000000'],
    [0.1, 0.8, 1, 'ffffff'],
    // Half way between red and yellow, paler: channels 0.8 + 0.2 · (1, 0, −1).
    [1 / 12, 1, 0.8, 'ffcc99'],
  ])('hue %d, saturation %d, lightness %d is #%s', (hue, saturation, lightness, colour) => {
    expect(hueColour(hue, saturation, lightness)).toBe(colour)
  })
})

describe('paletteColour', () => {
  const palette = ['000000', '6400c8', 'ffffff']

  test('goes through the palette’s colours at equal distances', () => {
    expect(paletteColour(palette, 0)).toBe('000000')
    expect(paletteColour(palette, 0.25)).toBe('320064')
    expect(paletteColour(palette, 0.5)).toBe('6400c8')
    expect(paletteColour(palette, 1)).toBe('ffffff')
  })

  test('keeps to its ends', () => {
    expect(paletteColour(palette, -3)).toBe('000000')
    expect(paletteColour(palette, 3)).toBe('ffffff')
  })
})

describe('roundHalfToEven', () => {
  test.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [2.4999, 2],
    [2.5001, 3],
    [254.5, 254],
    [7, 7],
  ])('%d becomes %d', (value, whole) => {
    expect(roundHalfToEven(value)).toBe(whole)
  })
})
