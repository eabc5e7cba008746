import {
  type PaintedRegion,
  PaintedRegion as PaintedRegionSchema,
  ResultItem,
} from '../../../schemas/labelStudio/result.ts'
import type { Painting, PaintingForm } from '../../platform/index.ts'
import { controlKinds, type LabelConfig } from './controls.ts'
import { MaskError, UnusableError } from './errors.ts'
import { isPaintingKind } from './paintingControl.ts'
import { decodeMask } from './regionMask.ts'
import { findPart } from './regionPart.ts'
import { quote, quoteAll } from './wording.ts'

export interface DecodeOptions {
  /** Labels that the form's parts do not name → those that they do. The setting `labelAliases` holds them. */
  readonly aliases?: Readonly<Record<string, string>>
}

/** Most regions read of one annotation: each costs the time to unpack a whole image. */
const mostRegions = 2000

/** Types of regions that hold a mask, but no label: that stands in another region of the same id. */
const unlabelledTypes = ['brush', 'bitmask', 'polygon', 'magicwand']

/** Types of regions that mark places without painting them. */
const hintTypes = [
  'keypointlabels',
  'rectanglelabels',
  'keypoint',
  'rectangle',
  'ellipselabels',
  'ellipse',
  'vectorlabels',
  'vector',
]

/**
 * What a person painted, from the `result` of an annotation. Of overlapping regions the first one counts, as on the
 * screen, where earlier regions are drawn on top. A part may have several regions. Of several labels of one region the
 * first one counts, whose colour the editor shows. Which control a region came from does not matter, so that what was
 * painted before controls were renamed or merged can still be used.
 *
 * Never throws for what stands in the result: one region that cannot be used makes the annotation unusable.
 */
export function decodeResult(
  result: readonly unknown[],
  config: LabelConfig,
  form: PaintingForm,
  options: DecodeOptions = {},
): Painting {
  try {
    return paint(result, config, form, options.aliases ?? {})
  } catch (error) {
    if (error instanceof UnusableError) return { kind: 'unusable', reason: error.message }
    throw error
  }
}

function paint(
  result: readonly unknown[],
  config: LabelConfig,
  form: PaintingForm,
  aliases: Readonly<Record<string, string>>,
): Painting {
  if (result.length > mostRegions) {
    throw new UnusableError(`The annotation has ${result.length} regions; at most ${mostRegions} are read. Merge some.`)
  }
  const image = config.image?.name
  if (image === undefined) {
    throw new UnusableError('The label configuration has no image that can be painted. Correct it first.')
  }
  const { width, height } = form
  const data = new Uint8Array(width * height)
  const taken = new Uint8Array(width * height)
  const regions = { drawn: 0, changed: 0, untouched: 0 }
  const left = { hints: 0, elsewhere: new Set<string>() }
  let painted = 0
  for (const [index, item] of result.entries()) {
    const { type, id, to_name: toName } = readItem(item, index)
    const called = `The region ${quote(id ?? `number ${index + 1}`)}`
    if (hintTypes.includes(type)) left.hints += 1
    const kind = controlKinds[type]
    const unlabelled = unlabelledTypes.includes(type)
    if (!unlabelled && (kind === undefined || !isPaintingKind(kind))) continue
    if (typeof toName === 'string' && toName !== image) {
      left.elsewhere.add(toName)
      continue
    }
    if (kind === undefined || !isPaintingKind(kind)) {
      throw new UnusableError(
        `${called} was painted with a tool whose labels stand apart (${type}). Use BrushLabels, BitmaskLabels or PolygonLabels.`,
      )
    }
    const region = readRegion(item, called, form)
    const part = findPart(region.value[type], called, config, form, aliases)
    const mask = named(called, () => decodeMask(kind, region.value, width, height))
    regions[changeOf(region)] += 1
    for (let pixel = 0; pixel < mask.length; pixel += 1) {
      if (mask[pixel] !== 1 || taken[pixel] === 1) continue
      taken[pixel] = 1
      data[pixel] = part
      painted += 1
    }
  }
  if (painted > 0) return { kind: 'painted', labelMap: { width, height, data }, regions }
  if (left.elsewhere.size > 0) {
    const names = quoteAll([...left.elsewhere])
    throw new UnusableError(
      `All that is painted is on ${names}, and nothing on the image ${quote(image)}. Paint that one.`,
    )
  }
  if (left.hints > 0) {
    throw new UnusableError(
      'Only key points or shapes are drawn; they serve as interactive hints only. Paint the parts themselves.',
    )
  }
  return { kind: 'empty' }
}

function readItem(item: unknown, index: number): ResultItem {
  const read = ResultItem.safeParse(item)
  if (read.success) return read.data
  throw new UnusableError(
    `The region number ${index + 1} is damaged: its type, id or to_name is missing or no text. Delete it and paint it anew.`,
  )
}

function readRegion(item: unknown, called: string, { width, height }: PaintingForm): PaintedRegion {
  const read = PaintedRegionSchema.safeParse(item)
  if (!read.success) {
    const fields = [...new Set(read.error.issues.map(({ path }) => String(path[0] ?? 'all')))]
    throw new UnusableError(`${called} is damaged (${fields.join(', ')}). Delete it and paint it anew.`)
  }
  const region = read.data
  if (region.original_width !== width || region.original_height !== height) {
    throw new UnusableError(
      `${called} was painted on an image of ${region.original_width}×${region.original_height} pixels; ` +
        `${width}×${height} are needed. Paint the image that belongs to the task.`,
    )
  }
  if ((region.image_rotation ?? 0) % 360 !== 0) {
    throw new UnusableError(
      `${called} was painted on an image turned by ${region.image_rotation} degrees. Turn it back and paint anew.`,
    )
  }
  return region
}

/** Puts a region's name before what is wrong with its mask. */
function named<T>(called: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MaskError)) throw error
    throw new UnusableError(`${called} ${error.message}. Delete the region and paint it anew.`)
  }
}

/**
 * Who made a region. The editor writes its origin. Without one it was sent by a program: where it has a score, the
 * server copied it from a prediction (its action "create annotations from predictions" does so); what a person drew
 * never has one.
 */
function changeOf({ origin, score }: PaintedRegion): 'drawn' | 'changed' | 'untouched' {
  if (origin === 'prediction') return 'untouched'
  if (origin === 'prediction-changed') return 'changed'
  return (origin ?? undefined) === undefined && typeof score === 'number' ? 'untouched' : 'drawn'
}
