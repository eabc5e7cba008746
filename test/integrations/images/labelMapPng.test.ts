import { deflateSync } from 'node:zlib'
import { decode, encode } from 'fast-png'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeLabelMap, encodeLabelMap, ImageFileError } from '../../../integrations/images/index.ts'
import { LabelMapError } from '../../../schemas/labelMap.ts'

const colors = ['#000000', '#ffc8a0', '#3c5ac8', '#ffc8a0', '#010203']
const parts = colors.map((color, id) => ({ id, name: `part${id}`, color }))
/** Uses neither the first nor all of the parts: an encoder that rebuilds palettes would renumber them. */
const labelMap = { width: 3, height: 2, data: Uint8Array.of(4, 2, 3, 3, 2, 1) }

/** A PNG of one colour kind, put together by hand after the specification; IDAT may be any bytes. */
function handmadePng(
  width: number,
  height: number,
  depth: number,
  kind: number,
  pixels: Uint8Array,
  interlaced = false,
): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const whole = Buffer.alloc(body.length + 8)
    whole.writeUInt32BE(data.length)
    body.copy(whole, 4)
    whole.writeUInt32BE(crc(body), body.length + 4)
    return whole
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.writeUInt8(depth, 8)
  header.writeUInt8(kind, 9)
  header.writeUInt8(interlaced ? 1 : 0, 12)
  const palette = kind === 3 ? [chunk('PLTE', new Uint8Array(3 * 2 ** Math.min(depth, 8)))] : []
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...palette,
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', new Uint8Array(0)),
  ])
}

/** CRC-32 by its definition, bit by bit. */
function crc(bytes: Uint8Array): number {
  let value = 0xffff_ffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
  }
  return (value ^ 0xffff_ffff) >>> 0
}

describe('an encoded label map', () => {
  const png = encodeLabelMap(labelMap, parts)

  test('holds the part ids as palette indices, eight bits each', () => {
    const { depth, channels, data } = decode(png)
    expect({ depth, channels, data: [...data] }).toEqual({ depth: 8, channels: 1, data: [...labelMap.data] })
  })

  test('holds one palette entry per part, in the order of the list', () => {
    expect(decode(png).palette).toEqual([
      [0, 0, 0],
      [255, 200, 160],
      [60, 90, 200],
      [255, 200, 160],
      [1, 2, 3],
    ])
  })

  test('shows the parts in their colours', async () => {
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    const shown = Array.from(labelMap.data, (_, pixel) => `#${data.toString('hex', 3 * pixel, 3 * pixel + 3)}`)
    expect(info.channels).toBe(3)
    expect(shown).toEqual(Array.from(labelMap.data, (id) => colors[id]))
  })

  test('comes back as it was, from the same bytes every time', () => {
    expect(decodeLabelMap(png)).toEqual(labelMap)
    expect(encodeLabelMap(labelMap, parts)).toEqual(png)
  })

  test('is refused where a pixel is outside the list', () => {
    expect(() => encodeLabelMap(labelMap, parts.slice(0, 4))).toThrow(LabelMapError)
  })

  test('holds all 256 ids', () => {
    const data = Uint8Array.from({ length: 256 }, (_, id) => id)
    const many = Array.from(data, (id) => ({ id, name: `part${id}`, color: '#808080' }))
    expect(decodeLabelMap(encodeLabelMap({ width: 16, height: 16, data }, many)).data).toEqual(data)
  })
})

describe('indices are read', () => {
  // Each row begins at a whole byte: 3 pixels of 1, 2 and 4 bits take 1, 1 and 2 bytes, after the filter byte 0.
  test.each([
    { depth: 1, rows: [0, 0b101_00000, 0, 0b010_00000], ids: [1, 0, 1, 0, 1, 0] },
    { depth: 2, rows: [0, 0b11_00_01_00, 0, 0b10_01_00_00], ids: [3, 0, 1, 2, 1, 0] },
    { depth: 4, rows: [0, 0xf0, 0x70, 0, 0x1a, 0x20], ids: [15, 0, 7, 1, 10, 2] },
  ])('from $depth-bit PNGs', ({ depth, rows, ids }) => {
    const png = handmadePng(3, 2, depth, 3, Uint8Array.from(rows))
    expect(decodeLabelMap(png)).toEqual({ width: 3, height: 2, data: Uint8Array.from(ids) })
  })

  test('from an interlaced PNG', () => {
    // Adam7 on 3×2 pixels: passes 1, 4 and 6 hold one pixel of the first row each (x = 0, 2, 1), pass 7 the second row.
    const passes = Uint8Array.of(0, 40, 0, 42, 0, 41, 0, 50, 51, 52)
    const ids = Uint8Array.of(40, 41, 42, 50, 51, 52)
    expect(decodeLabelMap(handmadePng(3, 2, 8, 3, passes, true))).toEqual({ width: 3, height: 2, data: ids })
    expect(() => decodeLabelMap(handmadePng(3, 2, 4, 3, passes, true))).toThrow(/without interlacing/)
  })

  test('without unpacking metadata, which may be anything', () => {
    const png = Buffer.from(encodeLabelMap(labelMap, parts))
    const profile = Buffer.from('0000000469434350ffffffff00000000', 'hex')
    const afterHeader = 8 + 25
    const withProfile = Buffer.concat([png.subarray(0, afterHeader), profile, png.subarray(afterHeader)])
    expect(decodeLabelMap(withProfile)).toEqual(labelMap)
  })
})

describe('a file that is no label map is refused, and the message says what it is', () => {
  const rgb = encode({ width: 2, height: 1, channels: 3, data: new Uint8Array(6) })
  const png = encodeLabelMap(labelMap, parts)
  const broken = Uint8Array.from(png)
  broken[png.length - 20] = (broken[png.length - 20] ?? 0) ^ 0xff

  test.each([
    ['an RGB image', rgb, /8-bit RGB PNG; an indexed one/],
    ['a greyscale image', encode({ width: 2, height: 1, channels: 1, data: new Uint8Array(2) }), /8-bit greyscale PNG/],
    [
      '16 bits',
      encode({ width: 1, height: 1, channels: 3, depth: 16, data: new Uint16Array(3) }),
      /16-bit RGB PNG; an indexed one/,
    ],
    ['no bytes', new Uint8Array(0), /empty/],
    ['text', Buffer.from('not a picture'), /not a PNG/],
    ['the first half', png.subarray(0, png.length / 2), /cut off/],
    ['a PNG without its end', png.subarray(0, png.length - 12), /cut off/],
    ['the signature alone', png.subarray(0, 8), /cut off/],
    ['a damaged file', broken, /damaged|cut off/],
    ['a claim of 2³² pixels', handmadePng(65536, 65536, 8, 3, new Uint8Array(9)), /65536×65536 pixels; at most/],
    ['too many pixels', handmadePng(2, 2, 8, 3, new Uint8Array(10_000_000)), /unpacks to more/],
    ['too few pixels', handmadePng(200, 200, 8, 3, new Uint8Array(9)), /fewer pixels/],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeLabelMap(bytes)).toThrow(ImageFileError)
    expect(() => decodeLabelMap(bytes)).toThrow(message)
  })
})
