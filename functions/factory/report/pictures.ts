import { encode } from 'fast-png'
import { checkLabelMap, type LabelMap } from '../../../schemas/labelMap.ts'
import type { LabelList } from '../../../schemas/labels.ts'
import { heatPalette } from './heatPalette.ts'

/** Divergence per pixel, `[height, width]` in nats, row by row from the top left. */
export interface DivergenceMap {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** A picture for the report cannot be made of what was given. */
export class ReportPictureError extends Error {
  override readonly name = 'ReportPictureError'
}

/** The bytes of a PNG file as a data URI. */
export const pngDataUri = (png: Uint8Array): string => `data:image/png;base64,${Buffer.from(png).toString('base64')}`

/**
 * A label map in the colours of its list, as a data URI. The background is transparent: laid over the image, the map
 * leaves it as it is where nothing was painted.
 * @throws {LabelMapError} where the map does not fill its size or holds an id outside the list
 */
export function labelMapPicture(labelMap: LabelMap, labelList: LabelList): string {
  checkLabelMap(labelMap, { parts: labelList.parts.length })
  const palette = labelList.parts.map((part) => [...channels(part.color), part.id === 0 ? 0 : 255])
  return indexedPicture(labelMap, palette)
}

/**
 * A divergence map in the colours of `heatPalette`, as a data URI.
 * @param maximum nats that the last colour stands for; more is shown as that
 * @throws {ReportPictureError} where the map does not fill its size, or the maximum is not above 0
 */
export function heatMapPicture(divergence: DivergenceMap, maximum: number): string {
  const { width, height, data } = divergence
  if (data.length !== width * height) {
    throw new ReportPictureError(
      `a ${width}×${height} divergence map holds ${width * height} numbers, not ${data.length}`,
    )
  }
  if (!(maximum > 0)) throw new ReportPictureError(`a heat map's maximum is above 0 nats, not ${maximum}`)
  const indices = Uint8Array.from(data, (value) => Math.round((255 * Math.min(Math.max(value, 0), maximum)) / maximum))
  return indexedPicture(
    { width, height, data: indices },
    heatPalette.map((color) => [...color]),
  )
}

const indexedPicture = ({ width, height, data }: LabelMap, palette: number[][]): string =>
  pngDataUri(encode({ width, height, data, depth: 8, channels: 1, palette }))

const channels = (color: string): number[] => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
