import { decode, encode } from 'fast-png'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import {
  decodeRgb,
  encodeRgb,
  ImageFileError,
  readPngHeader,
  resizeLabelMap,
} from '../../../integrations/images/index.ts'

const image = { width: 2, height: 2, data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 7, 7, 7) }

describe('an encoded image', () => {
  test('is a truecolour PNG that another reader gives back exactly', async () => {
    const { width, height, channels, depth, data } = decode(await encodeRgb(image))
    expect({ width, height, channels, depth, data: [...data] }).toEqual({
      width: 2,
      height: 2,
      channels: 3,
      depth: 8,
      data: [...image.data],
    })
  })

  test('stays truecolour where it shows greys only', async () => {
    expect(decode(await encodeRgb({ width: 2, height: 1, data: new Uint8Array(6).fill(9) })).channels).toBe(3)
  })

  test('has the same bytes every time', async () => {
    expect(await encodeRgb(image)).toEqual(await encodeRgb(image))
  })

  test('tells its size in its first bytes', async () => {
    expect(readPngHeader(await encodeRgb({ width: 3, height: 1, data: new Uint8Array(9) }))).toEqual({
      width: 3,
      height: 1,
      depth: 8,
      kind: 'RGB',
      interlaced: false,
    })
  })
})

describe('decoding gives RGB', () => {
  test('from RGB', async () => {
    expect(await decodeRgb(await encodeRgb(image))).toEqual(image)
  })

  test('from greyscale, spread over three channels', async () => {
    const grey = encode({ width: 2, height: 1, channels: 1, data: Uint8Array.of(3, 200) })
    expect((await decodeRgb(grey)).data).toEqual(Uint8Array.of(3, 3, 3, 200, 200, 200))
  })

  test('from a palette', async () => {
    const data = Uint8Array.of(1, 0)
    const indexed = encode({
      width: 2,
      height: 1,
      channels: 1,
      data,
      palette: [
        [1, 2, 3],
        [9, 8, 7],
      ],
    })
    expect((await decodeRgb(indexed)).data).toEqual(Uint8Array.of(9, 8, 7, 1, 2, 3))
  })

  test('from RGB with alpha, which is dropped', async () => {
    const rgba = encode({ width: 1, height: 1, channels: 4, data: Uint8Array.of(10, 20, 30, 128) })
    expect((await decodeRgb(rgba)).data).toEqual(Uint8Array.of(10, 20, 30))
  })

  test('from JPEG, turned upright', async () => {
    const jpeg = await sharp(Buffer.alloc(3 * 8 * 16, 128), { raw: { width: 16, height: 8, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    expect(await decodeRgb(jpeg)).toEqual({ width: 8, height: 16, data: new Uint8Array(3 * 8 * 16).fill(128) })
  })
})

test('what is no image, or cut off, is refused', async () => {
  const png = await encodeRgb({ width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) })
  await expect(decodeRgb(Buffer.from('hello'))).rejects.toThrow(ImageFileError)
  await expect(decodeRgb(png.subarray(0, png.length - 30))).rejects.toThrow(ImageFileError)
})

test('a label map is resized without inventing ids', () => {
  const labelMap = { width: 2, height: 1, data: Uint8Array.of(3, 9) }
  expect(resizeLabelMap(labelMap, 4, 2).data).toEqual(Uint8Array.of(3, 3, 9, 9, 3, 3, 9, 9))
  expect(resizeLabelMap(resizeLabelMap(labelMap, 6, 5), 2, 1)).toEqual(labelMap)
})
