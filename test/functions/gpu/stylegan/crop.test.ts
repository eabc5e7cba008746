import { describe, expect, test } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { sizeOfImages } from '../../../../functions/gpu/stylegan/generator.ts'
import { GeneratorError, readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { fixture } from '../../../support/fixture.ts'

/** A generator of 32 × 32 pixels with this text as its crop. */
function withCrop(crop: string): Uint8Array {
  const { tensors, metadata } = readSafetensors(fixture('stylegan/skip.generator.safetensors'))
  return writeSafetensors(tensors, { ...metadata, crop })
}

test('a file without a crop holds a generator of square images', () => {
  const weights = readGenerator(fixture('stylegan/skip.generator.safetensors'))
  expect(weights.facts.crop).toBeUndefined()
  expect(sizeOfImages(weights)).toEqual({ width: 32, height: 32 })
})

test.each([
  { x: 0, y: 4, width: 32, height: 24 },
  { x: 0, y: 0, width: 32, height: 32 },
  { x: 31, y: 31, width: 1, height: 1 },
])('the crop $width × $height from $x, $y is read from the metadata', (crop) => {
  const weights = readGenerator(withCrop(JSON.stringify(crop)))
  expect(weights.facts.crop).toEqual(crop)
  expect(sizeOfImages(weights)).toEqual({ width: crop.width, height: crop.height })
})

describe('a crop is refused', () => {
  test.each([
    ['that is no JSON', 'cars', 'metadata crop is not JSON: cars'],
    ['that is no rectangle', '[0, 4, 32, 24]', 'the generator’s facts are wrong'],
    ['that lacks a side', '{"x":0,"y":4,"width":32}', 'height'],
    ['of no pixels', '{"x":0,"y":4,"width":32,"height":0}', 'height'],
    ['that begins before the image', '{"x":0,"y":-1,"width":32,"height":24}', 'y'],
    ['of parts of pixels', '{"x":0.5,"y":4,"width":31,"height":24}', 'x'],
    [
      'that ends behind the image',
      '{"x":0,"y":9,"width":32,"height":24}',
      'the crop of 32 × 24 pixels from (0, 9) on does not lie inside the 32 × 32 image',
    ],
    [
      'that is wider than the image',
      '{"x":0,"y":0,"width":33,"height":24}',
      'the crop of 33 × 24 pixels from (0, 0) on does not lie inside the 32 × 32 image',
    ],
  ])('%s', (_, crop, message) => {
    expect(() => readGenerator(withCrop(crop))).toThrow(GeneratorError)
    expect(() => readGenerator(withCrop(crop))).toThrow(message.replace('’', "'"))
  })
})
