import { decode } from 'fast-png'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import {
  decodeResizedRgb,
  encodeGrey,
  encodeOverlay,
  encodeRgb,
  ImageFileError,
} from '../../../integrations/images/index.ts'
import { LabelMapError } from '../../../schemas/labelMap.ts'

const halves = (width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: width * height * 3 }, (_, place) => (Math.floor(place / 3) % width < width / 2 ? 10 : 250))

describe('an image that is read at another size', () => {
  test('has that size, tells its own, and keeps what it shows', async () => {
    const png = await encodeRgb({ width: 40, height: 20, data: halves(40, 20) })
    const { image, original } = await decodeResizedRgb(png, { width: 8, height: 8 })
    expect(original).toEqual({ width: 40, height: 20 })
    expect([image.width, image.height, image.data.length]).toEqual([8, 8, 192])
    const row = [...image.data.subarray(0, 24)]
    expect([row[0], row[23]]).toEqual([expect.closeTo(10, -1), expect.closeTo(250, -1)])
  })

  test('is the same where the size is its own', async () => {
    const data = halves(6, 4)
    const png = await encodeRgb({ width: 6, height: 4, data })
    expect((await decodeResizedRgb(png, { width: 6, height: 4 })).image.data).toEqual(data)
  })

  test('stands upright, in three channels, whatever it was', async () => {
    const grey = sharp({ create: { width: 30, height: 10, channels: 4, background: '#808080ff' } }).greyscale()
    const turned = await grey.clone().jpeg().withMetadata({ orientation: 8 }).toBuffer()
    expect((await decodeResizedRgb(turned, { width: 5, height: 5 })).original).toEqual({ width: 10, height: 30 })
    const deep = await grey.clone().toColourspace('rgb16').png().toBuffer()
    const { image } = await decodeResizedRgb(deep, { width: 5, height: 5 })
    expect([...new Set(image.data)]).toEqual([128])
  })

  test.each([
    ['text', new TextEncoder().encode('no image')],
    ['nothing', new Uint8Array()],
  ])('is refused where the bytes are %s', async (_, bytes) => {
    await expect(decodeResizedRgb(bytes, { width: 8, height: 8 })).rejects.toThrow(ImageFileError)
  })

  test('is refused where it is cut off', async () => {
    const png = await encodeRgb({ width: 40, height: 20, data: halves(40, 20) })
    await expect(decodeResizedRgb(png.subarray(0, png.length - 30), { width: 8, height: 8 })).rejects.toThrow(
      /cannot be read/,
    )
  })
})

describe('an overlay', () => {
  const parts = ['#ff0000', '#00ff00'].map((color, id) => ({ id, name: `part ${id}`, color }))

  test('shows the parts’ colours half, and leaves the background clear', async () => {
    const png = await encodeRgb({ width: 2, height: 1, data: Uint8Array.of(9, 8, 7, 100, 100, 100) })
    const overlay = decode(await encodeOverlay(png, { width: 2, height: 1, data: Uint8Array.of(0, 1) }, parts))
    expect([...overlay.data]).toEqual([9, 8, 7, 50, 178, 50])
  })

  test('is refused for a part outside the list', async () => {
    const png = await encodeRgb({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) })
    const unknown = { width: 1, height: 1, data: Uint8Array.of(2) }
    await expect(encodeOverlay(png, unknown, parts)).rejects.toThrow(LabelMapError)
  })
})

test('levels are kept in a grey PNG of one channel', async () => {
  const { channels, depth, data } = decode(await encodeGrey({ width: 3, height: 1, data: Uint8Array.of(0, 77, 255) }))
  expect([channels, depth, ...data]).toEqual([1, 8, 0, 77, 255])
})
