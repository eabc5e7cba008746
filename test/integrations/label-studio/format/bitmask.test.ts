import { deflateSync } from 'node:zlib'
import sharp, { type PngOptions } from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeBitmask, encodeBitmask, MaskError } from '../../../../integrations/label-studio/format/index.ts'
import { noise, seededRandom } from './labelMaps.ts'

const prefix = 'data:image/png;base64,'
const url = (png: Uint8Array) => prefix + Buffer.from(png).toString('base64')
const bytesOf = (dataUrl: string) => Buffer.from(dataUrl.slice(prefix.length), 'base64')

/** RGBA by another program, which filters rows as browsers do. */
function rgbaPng(rgba: Uint8Array, width: number, height: number, options: PngOptions = {}): Promise<Buffer> {
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .png({ adaptiveFiltering: true, ...options })
    .toBuffer()
}

describe('a bitmask', () => {
  test.each([
    [1, 1],
    [7, 3],
    [8, 8],
    [9, 5],
    [64, 48],
    [257, 3],
  ])('of %i×%i pixels comes back', (width, height) => {
    for (let seed = 0; seed < 5; seed += 1) {
      const { data } = noise(seed, width, height, 2)
      expect(decodeBitmask(encodeBitmask(data, width, height), width, height)).toEqual(data)
    }
  })

  test('is black on transparent for other programs, too', async () => {
    const { data } = noise(9, 21, 13, 2)
    const { data: rgba, info } = await sharp(bytesOf(encodeBitmask(data, 21, 13)))
      .ensureAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height, info.channels]).toEqual([21, 13, 4])
    expect([...rgba]).toEqual([...data].flatMap((value) => [0, 0, 0, value * 255]))
  })

  test('of another program with antialiased edges holds the pixels of at least half alpha, whatever their colour', async () => {
    const random = seededRandom(5)
    const rgba = Uint8Array.from({ length: 40 * 30 * 4 }, () => random() * 256)
    const mask = Uint8Array.from({ length: 40 * 30 }, (_, pixel) => ((rgba[pixel * 4 + 3] ?? 0) >= 128 ? 1 : 0))
    expect(decodeBitmask(url(await rgbaPng(rgba, 40, 30)), 40, 30)).toEqual(mask)
    const black = new Uint8Array(rgba.length)
    for (const [pixel, value] of mask.entries()) black[pixel * 4 + 3] = value * 255
    const indexed = await rgbaPng(black, 40, 30, { palette: true })
    expect(decodeBitmask(url(indexed), 40, 30)).toEqual(mask)
  })

  test('ignores metadata', async () => {
    const png = await sharp(new Uint8Array(16).fill(255), { raw: { width: 2, height: 2, channels: 4 } })
      .withMetadata({ exif: { IFD0: { Copyright: 'x'.repeat(500) } } })
      .withIccProfile('p3')
      .png()
      .toBuffer()
    expect(decodeBitmask(url(png), 2, 2)).toEqual(Uint8Array.of(1, 1, 1, 1))
  })
})

describe('a bitmask is refused', () => {
  const whole = encodeBitmask(noise(1, 16, 16, 2).data, 16, 16)

  test('of another size, with both', () => {
    expect(() => decodeBitmask(whole, 16, 8)).toThrow(/16×16 pixels instead of 16×8/)
  })

  test.each([
    ['that is no image', 'data:text/html,hello', /no PNG/],
    ['that is another image', 'data:image/jpeg;base64,AAAA', /no PNG/],
    ['that is empty', prefix, /cannot be read/],
    ['that is no base64', `${prefix}%%%`, /cannot be read/],
    ['that is far too long', prefix + 'A'.repeat(100_000), /more than 16×16 pixels take/],
  ])('%s', (_, text, message) => {
    expect(() => decodeBitmask(text, 16, 16)).toThrow(message)
    expect(() => decodeBitmask(text, 16, 16)).toThrow(MaskError)
  })

  test('without transparency', async () => {
    const grey = await sharp(new Uint8Array(4), { raw: { width: 2, height: 2, channels: 1 } })
      .png()
      .toBuffer()
    const rgb = await sharp(new Uint8Array(12), { raw: { width: 2, height: 2, channels: 3 } })
      .png()
      .toBuffer()
    const indexed = await sharp(new Uint8Array(12), { raw: { width: 2, height: 2, channels: 3 } })
      .png({ palette: true })
      .toBuffer()
    for (const png of [grey, rgb, indexed]) expect(() => decodeBitmask(url(png), 2, 2)).toThrow(/without transparency/)
  })

  test('where it is interlaced', async () => {
    const png = await rgbaPng(new Uint8Array(64 * 4), 8, 8, { progressive: true })
    expect(() => decodeBitmask(url(png), 8, 8)).toThrow(/interlaced/)
  })

  test('where it unpacks to more or less than it claims', async () => {
    const png = await rgbaPng(new Uint8Array(64 * 4), 8, 8)
    const start = png.indexOf('IDAT') - 4
    for (const length of [2 ** 22, 5]) {
      const packed = deflateSync(new Uint8Array(length), { level: 9 })
      const size = Buffer.alloc(4)
      size.writeUInt32BE(packed.length)
      const bomb = Buffer.concat([
        png.subarray(0, start),
        size,
        Buffer.from('IDAT'),
        packed,
        Buffer.alloc(4),
        png.subarray(png.indexOf('IEND') - 4),
      ])
      expect(() => decodeBitmask(url(bomb), 8, 8)).toThrow(MaskError)
    }
  })

  test('where it is cut off or damaged anywhere', async () => {
    const random = seededRandom(8)
    const rgba = Uint8Array.from({ length: 256 * 4 }, () => random() * 256)
    for (const bytes of [bytesOf(whole), await rgbaPng(rgba, 16, 16)]) {
      for (let at = 0; at < bytes.length - 12; at += 7) {
        expect(() => decodeBitmask(url(bytes.subarray(0, at)), 16, 16)).toThrow(MaskError)
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ 0x55
        try {
          expect(decodeBitmask(url(damaged), 16, 16).length).toBe(256)
        } catch (error) {
          expect(error).toBeInstanceOf(MaskError)
        }
      }
    }
  })
})
