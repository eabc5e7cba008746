import { faultsOf } from '../../schemas/faults.ts'
import type { LabelMap } from '../../schemas/labelMap.ts'
import { LabelList, maximumParts } from '../../schemas/labels.ts'
import { ImageFileError, maximumPixels } from '../images/index.ts'
import { SeedsError } from './errors.ts'
import { partColor } from './partColors.ts'

/** One painted region: the name of its part, and what it covers as `[height, width]` bytes of 0 or 1. */
export type Region = { readonly part: string; readonly cover: () => Uint8Array | Promise<Uint8Array> }

/** An image annotated by regions, as COCO and LabelMe hold it. `source` is where it was read, for messages. */
export type PaintedImage = {
  readonly source: string
  /** File name of the image, from which the seed is read. */
  readonly fileName: string
  readonly width: number
  readonly height: number
  readonly regions: readonly Region[]
}

/** Annotated images of one folder, the part names that their format lists (in its order), and what was left out. */
export type PaintedImages = {
  readonly images: readonly PaintedImage[]
  readonly partNames: readonly string[]
  readonly warnings: readonly string[]
}

/** Names that mean "no part": LabelMe writes `_background_`. */
const backgroundNames: readonly string[] = ['background', '_background_']

/** @throws SeedsError when an annotation file claims an image too large to be meant. */
export function checkImageSize(source: string, width: number, height: number): void {
  if (width * height > maximumPixels) {
    throw new SeedsError(`${source}: an image of ${width}×${height} pixels is too large; at most 8192×8192 are read.`)
  }
}

/**
 * A label list for annotations that come without one: the background, then the names in the order given, with colours
 * spread over the colour circle.
 *
 * @throws SeedsError when there are no names, too many, or one that is no path.
 */
export function listParts(source: string, names: readonly string[], truncation: number): LabelList {
  const painted = [...new Set(names)].filter((name) => !backgroundNames.includes(name))
  const parts = ['background', ...painted].map((name, id) => ({ id, name, color: partColor(id) }))
  if (parts.length > maximumParts) {
    throw new SeedsError(
      `${source} names ${painted.length} parts; with the background at most ${maximumParts} fit into 8-bit maps. ` +
        'Merge parts before painting.',
    )
  }
  const result = LabelList.safeParse({ parts, truncation })
  if (result.success) return result.data
  const reasons = faultsOf(result.error).join('; ')
  throw new SeedsError(`${source}: its part names make no label list (${reasons}).`)
}

/**
 * Paints the regions into one label map. Where regions overlap the first one wins, as on the annotator's screen; what
 * no region covers is background.
 *
 * @throws SeedsError when a region's part is not in the label list, or its cover cannot be read.
 */
export async function paintRegions(image: PaintedImage, labels: LabelList): Promise<LabelMap> {
  const { width, height, regions, source } = image
  const ids = new Map(labels.parts.map(({ id, name }) => [name, id]))
  for (const name of backgroundNames) if (!ids.has(name)) ids.set(name, 0)
  const data = new Uint8Array(width * height)
  const taken = new Uint8Array(width * height)
  for (const { part, cover } of regions) {
    const id = ids.get(part)
    if (id === undefined) {
      throw new SeedsError(
        `${source} paints ${JSON.stringify(part)}, which is not in the label list ` +
          `(${labels.parts.map(({ name }) => name).join(', ')}). Add the part to labels.json or rename the region.`,
      )
    }
    const covered = await readCover(source, part, cover)
    for (const [pixel, value] of covered.entries()) {
      if (value === 0 || taken[pixel] === 1) continue
      taken[pixel] = 1
      data[pixel] = id
    }
  }
  return { width, height, data }
}

async function readCover(source: string, part: string, cover: Region['cover']): Promise<Uint8Array> {
  try {
    return await cover()
  } catch (cause) {
    if (cause instanceof SeedsError || !(cause instanceof Error)) throw cause
    const advice = cause instanceof ImageFileError ? '' : ' Export the annotations again.'
    throw new SeedsError(`${source}, region ${JSON.stringify(part)}: ${cause.message}${advice}`, { cause })
  }
}
