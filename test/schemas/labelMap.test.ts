import { expect, test } from 'vitest'
import { checkLabelMap, countPixels, LabelMapError, partsPresent } from '../../schemas/labelMap.ts'
import { checkRgbImage, RgbImageError } from '../../schemas/rgbImage.ts'

const labelMap = { width: 3, height: 2, data: Uint8Array.of(0, 1, 1, 0, 7, 1) }

test('a label map that fills its size with listed ids passes', () => {
  expect(() => checkLabelMap(labelMap, { parts: 8, width: 3, height: 2 })).not.toThrow()
})

test('an id outside the label list is reported with the first pixel that holds it', () => {
  expect(() => checkLabelMap(labelMap, { parts: 7 })).toThrow(LabelMapError)
  expect(() => checkLabelMap(labelMap, { parts: 7 })).toThrow(/x 1, y 1 holds id 7.*ids 0 to 6/s)
})

test('another size than asked for is reported with both sizes', () => {
  expect(() => checkLabelMap(labelMap, { width: 128, height: 128 })).toThrow(/3×2 pixels, but 128×128/)
})

test.each([
  { width: 3, height: 3, data: new Uint8Array(8) },
  { width: 0, height: 3, data: new Uint8Array(0) },
  { width: 1.5, height: 2, data: new Uint8Array(3) },
])('a label map of $width×$height with the wrong number of ids is refused', (wrong) => {
  expect(() => checkLabelMap(wrong)).toThrow(LabelMapError)
})

test('pixels are counted by part, and the parts present are ascending', () => {
  expect([...countPixels(labelMap).subarray(0, 8)]).toEqual([2, 3, 0, 0, 0, 0, 0, 1])
  expect(partsPresent(labelMap)).toEqual([0, 1, 7])
})

test('an RGB image holds three bytes per pixel', () => {
  expect(() => checkRgbImage({ width: 2, height: 2, data: new Uint8Array(12) })).not.toThrow()
  expect(() => checkRgbImage({ width: 2, height: 2, data: new Uint8Array(16) })).toThrow(RgbImageError)
})
