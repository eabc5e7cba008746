import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import {
  heatMapPicture,
  heatPalette,
  labelMapPicture,
  ReportPictureError,
} from '../../../../functions/factory/report/index.ts'
import { LabelMapError } from '../../../../schemas/labelMap.ts'
import { ImageDataUri } from '../../../../schemas/report.ts'

const labelList = {
  parts: [
    { id: 0, name: 'background', color: '#101010' },
    { id: 1, name: 'head', color: '#ff8000' },
    { id: 2, name: 'head/ear', color: '#0000ff' },
  ],
  truncation: 1,
}

/** Bytes RGBA, decoded by libvips: another implementation than the one that encodes. */
async function decoded(dataUri: string): Promise<number[][]> {
  const bytes = Buffer.from(ImageDataUri.parse(dataUri).replace(/^.*,/, ''), 'base64')
  const { data } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return Array.from({ length: data.length / 4 }, (_, pixel) => [...data.subarray(4 * pixel, 4 * pixel + 4)])
}

describe('the picture of a label map', () => {
  test('has the colours of the list, and nothing where the background is', async () => {
    const picture = labelMapPicture({ width: 2, height: 2, data: Uint8Array.of(0, 1, 2, 1) }, labelList)
    expect(await decoded(picture)).toEqual([
      [16, 16, 16, 0],
      [255, 128, 0, 255],
      [0, 0, 255, 255],
      [255, 128, 0, 255],
    ])
  })

  test('is refused for an id that the list does not have', () => {
    expect(() => labelMapPicture({ width: 1, height: 1, data: Uint8Array.of(3) }, labelList)).toThrow(LabelMapError)
  })
})

describe('a heat map', () => {
  test('goes through the palette from 0 to its maximum, and no further', async () => {
    const data = Float32Array.of(-1e-6, 0, 0.25, 0.5, 0.69)
    const pixels = await decoded(heatMapPicture({ width: 5, height: 1, data }, 0.5))
    expect(pixels).toEqual([0, 0, 128, 255, 255].map((index) => [...(heatPalette[index] ?? []), 255]))
  })

  test('is refused where map or maximum make no sense', () => {
    expect(() => heatMapPicture({ width: 2, height: 2, data: new Float32Array(3) }, 1)).toThrow(
      'holds 4 numbers, not 3',
    )
    for (const maximum of [0, -1, Number.NaN]) {
      expect(() => heatMapPicture({ width: 1, height: 1, data: new Float32Array(1) }, maximum)).toThrow(
        ReportPictureError,
      )
    }
  })

  test('reads without hue: luminance grows along the whole palette', () => {
    // Relative luminance as WCAG 2 defines it.
    const luminance = heatPalette.map((color) => {
      const [red = 0, green = 0, blue = 0] = color.map((byte) =>
        byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    })
    expect(luminance.length).toBe(256)
    expect(luminance).toEqual([...luminance].sort((a, b) => a - b))
  })
})
