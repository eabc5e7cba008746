import { encode } from 'fast-png'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { DraftError } from '../../../integrations/huggingface/index.ts'
import { decodeMask } from '../../../integrations/huggingface/mask.ts'
import { base64, claimingPng, digits, greyPng } from './masks.ts'

// Ten wide, so that a row of single bits ends within a byte.
const picture = ['####......', '.....#####', '#.#.#.#.#.']
const expected = ['1111000000', '0000011111', '1010101010']
const [width, height] = [10, 3]
const values = (white: number, black: number): number[] =>
  picture.flatMap((row) => [...row]).map((pixel) => (pixel === '#' ? white : black))
const channels = (white: readonly number[], black: readonly number[]): number[] =>
  picture.flatMap((row) => [...row]).flatMap((pixel) => (pixel === '#' ? white : black))
const png = (data: number[], count: 1 | 2 | 3 | 4): Uint8Array =>
  encode({ width, height, data: Uint8Array.from(data), channels: count, depth: 8 })

const kinds: [string, () => Uint8Array | Promise<Uint8Array>][] = [
  ['greyscale', () => greyPng(picture)],
  [
    'greyscale of 16 bits',
    () => encode({ width, height, data: Uint16Array.from(values(65535, 0)), channels: 1, depth: 16 }),
  ],
  ['greyscale with soft edges', () => png(values(128, 127), 1)],
  ['greyscale with alpha', () => png(channels([255, 255], [255, 0]), 2)],
  ['RGB', () => png(channels([255, 255, 255], [0, 0, 0]), 3)],
  ['RGB in colours, by their brightness', () => png(channels([0, 255, 255], [200, 0, 0]), 3)],
  ['RGB with alpha, all of it opaque', () => png(channels([255, 255, 255, 255], [0, 0, 0, 255]), 4)],
  [
    'RGB with alpha, transparent where there is nothing',
    () => png(channels([255, 255, 255, 255], [255, 255, 255, 0]), 4),
  ],
  ['single bits', () => sharp(greyPng(picture)).toColourspace('b-w').png({ palette: true, colours: 2 }).toBuffer()],
  [
    'indexed',
    () =>
      encode({
        width,
        height,
        data: Uint8Array.from(values(1, 0)),
        channels: 1,
        depth: 8,
        palette: [
          [0, 0, 0],
          [255, 255, 255],
        ],
      }),
  ],
]

describe('a mask', () => {
  test.each(kinds)('is read from %s PNG', async (_, make) => {
    expect(digits(await decodeMask(base64(await make()), 'hair'))).toEqual(expected)
  })

  test('is read from greyscale PNG of one bit', async () => {
    // Made by Python's struct and zlib from the PNG specification, rows f000, 07c0, aa80.
    const bits = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAADAQAAAACCRqPYAAAAEUlEQVR4nGP4wMDAfoBhVQMADIAC4rk4lloAAAAASUVORK5CYII='
    expect(digits(await decodeMask(bits, 'hair'))).toEqual(expected)
  })

  test('is read from a data URL', async () => {
    expect(digits(await decodeMask(`data:image/png;base64,${base64(greyPng(picture))}`, 'hair'))).toEqual(expected)
  })

  const whole = greyPng(picture)
  test.each<[string, () => string | Promise<string>, string]>([
    ['nothing', () => '', 'empty'],
    ['what is no base64', () => '<html>no</html>', 'not a PNG'],
    ['a JPEG', async () => base64(await sharp(whole).jpeg().toBuffer()), 'not a PNG'],
    ['half a PNG', () => base64(whole.subarray(0, whole.length / 2)), 'damaged'],
    ['a PNG with a bit turned', () => base64(whole.map((byte, at) => (at === 45 ? byte ^ 4 : byte))), 'damaged'],
    ['a PNG that claims 30000×30000 pixels', () => base64(claimingPng(30_000, 30_000)), '30000×30000'],
    ['a PNG that claims 8000×8000 pixels', () => base64(claimingPng(8000, 8000)), '8000×8000'],
    ['a PNG that claims more pixels than it has', () => base64(claimingPng(64, 64)), 'damaged'],
    ['a PNG that claims no pixels', () => base64(claimingPng(0, 1)), 'header is damaged'],
  ])('of %s is refused', async (_, make, problem) => {
    const error = await decodeMask(await make(), 'hair').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DraftError)
    expect(error).toMatchObject({ reason: 'answer', message: expect.stringContaining('The mask of hair') })
    expect(error).toMatchObject({ message: expect.stringContaining(problem) })
  })

  test('of white that unpacks to 64 million pixels is refused before it is unpacked', async () => {
    const bomb = await sharp({ create: { width: 8192, height: 8192, channels: 3, background: 'white' } })
      .png()
      .toBuffer()
    await expect(decodeMask(base64(bomb), 'hair')).rejects.toThrow('claims 8192×8192 pixels')
  })
})
