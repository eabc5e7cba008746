import { decodeBinary, encodeBinary } from '@thi.ng/rle-pack'
import { describe, expect, test } from 'vitest'
import { decodeBrush, encodeBrush, MaskError } from '../../../../integrations/label-studio/format/index.ts'
import { noise, seededRandom } from './labelMaps.ts'

/** What the editor does: all four channels equal, packed by the codec's own encoder. */
function packedByEditor(alphas: ArrayLike<number>): number[] {
  const rgba = Uint8Array.from({ length: alphas.length * 4 }, (_, index) => alphas[index >> 2] ?? 0)
  return [...encodeBinary(rgba, rgba.length)]
}

const opaque = (mask: Uint8Array) => mask.map((value) => value * 255)

describe('a brush mask', () => {
  test('packed by label_studio_sdk is unpacked: only alpha counts, from one half on', () => {
    // encode_rle([9,8,7,255, 1,2,3,127, 0,0,0,128, 255,255,255,0, 200,200,200,200, 5,6,7,5]) of label_studio_sdk 2.1.2.
    const packed = '0 0 0 24 57 27 248 1 32 4 0 14 7 248 0 32 1 0 6 3 252 64 0 64 69 254 0 4 121 0 2 128 12 0 56 0 160'
    expect(decodeBrush(packed.split(' ').map(Number), 3, 2)).toEqual(Uint8Array.of(1, 0, 1, 0, 1, 0))
  })

  test('is packed in the form that the editor and label_studio_sdk agree upon', () => {
    const packed = [0, 0, 0, 18, 57, 27, 252, 96, 32, 1, 0, 6, 0, 40, 0, 192, 3, 128, 17, 56, 32]
    expect([...decodeBinary(Uint8Array.from(packed))]).toEqual([1, 1, 1, 1, 2, 3, 5, 6, 7, 8, 4, 4, 4, 4, 4, 4, 4, 4])
    expect(encodeBrush(new Uint8Array(1), 1, 1).slice(4, 6)).toEqual(packed.slice(4, 6))
  })

  test.each([
    ['one pixel', [1], 1, 1],
    ['one free pixel', [0], 1, 1],
    ['a stripe', [0, 1, 1, 0, 0, 1], 3, 2],
  ])('of %s is packed as the editor packs it', (_, pixels, width, height) => {
    const mask = Uint8Array.from(pixels)
    expect(encodeBrush(mask, width, height)).toEqual(packedByEditor(opaque(mask)))
    expect(decodeBrush(encodeBrush(mask, width, height), width, height)).toEqual(mask)
  })

  // The codec's runs are cut at 2^16 words, 2^14 pixels, and sized at 8, 16 and 256 words.
  test.each([1, 2, 3, 4, 5, 63, 64, 65, 16383, 16384, 16385, 16386, 32767, 32768, 32769, 49153])(
    'with runs of %i pixels is packed as the editor packs it',
    (length) => {
      for (const value of [0, 1]) {
        const mask = new Uint8Array(length * 2 + 1).fill(value, 0, length)
        mask.fill(1 - value, length, length * 2)
        mask[length * 2] = value
        expect(encodeBrush(mask, mask.length, 1)).toEqual(packedByEditor(opaque(mask)))
        const whole = mask.subarray(0, length)
        expect(encodeBrush(whole, length, 1)).toEqual(packedByEditor(opaque(whole)))
      }
    },
  )

  test('of noise comes back, and is packed as the editor packs it', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const [width, height] = [1 + (seed % 17), 1 + ((seed * 7) % 23)]
      const { data } = noise(seed, width, height, 2)
      expect(encodeBrush(data, width, height)).toEqual(packedByEditor(opaque(data)))
      expect(decodeBrush(encodeBrush(data, width, height), width, height)).toEqual(data)
    }
  })

  test('with antialiased edges holds the pixels of at least half alpha', () => {
    const random = seededRandom(3)
    const alphas = Uint8Array.from({ length: 400 }, (_, index) => (index < 256 ? index : random() * 256))
    expect(decodeBrush(packedByEditor(alphas), 20, 20)).toEqual(alphas.map((alpha) => (alpha >= 128 ? 1 : 0)))
  })
})

describe('a brush mask is refused that', () => {
  const bytes = encodeBrush(noise(1, 16, 16, 2).data, 16, 16)

  test('has other dimensions, with both numbers', () => {
    expect(() => decodeBrush(bytes, 16, 17)).toThrow(/256 pixels instead of 16×17, which are 272/)
  })

  test('claims four gigabytes in a few bytes', () => {
    expect(() => decodeBrush([255, 255, 255, 255, 57, 27, 252, 128], 16, 16)).toThrow(/instead of 16×16/)
  })

  test('has words of another size', () => {
    expect(() => decodeBrush([0, 0, 4, 0, 249, 27, 252, 128], 16, 16)).toThrow(/words of 32 bits/)
  })

  test('is cut off anywhere', () => {
    for (let length = 0; length < bytes.length - 1; length += 1) {
      expect(() => decodeBrush(bytes.slice(0, length), 16, 16)).toThrow(MaskError)
    }
  })

  test('does not fill its size when packed', () => {
    expect(() => encodeBrush(new Uint8Array(3), 2, 2)).toThrow(/3 pixels; 2×2 are needed/)
  })
})

test('damaged bytes give a mask or an error that says so, nothing else', () => {
  const random = seededRandom(11)
  const whole = encodeBrush(noise(2, 24, 24, 2).data, 24, 24)
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const damaged = whole.map((byte) => (random() < 0.05 ? Math.floor(random() * 256) : byte))
    try {
      expect(decodeBrush(damaged, 24, 24).length).toBe(24 * 24)
    } catch (error) {
      expect(error).toBeInstanceOf(MaskError)
    }
  }
})
