import type { Hint } from '../../../schemas/hint.ts'
import { HintContext, HintItem, PointValue, RectangleValue } from '../../../schemas/labelStudio/hint.ts'
import type { LabelConfig } from './controls.ts'
import { quote } from './wording.ts'

/** Most hints that are read of one request: each costs the time to look at a whole image. */
const mostHints = 100

export interface DrawnHints {
  /** In the order in which they were drawn. */
  readonly hints: readonly Hint[]
  /** Why others are left out, in whole sentences. */
  readonly ignored: readonly string[]
  /** Size of the image that the hints were drawn on, in pixels, as the editor says; undefined where it does not. */
  readonly size: { readonly width: number; readonly height: number } | undefined
  /** What the editor calls the newest hint; undefined where it has no name that can be part of another one. */
  readonly newest: string | undefined
}

/**
 * Reads what a person drew with a smart tool, from `params.context` of a `/predict` request. The editor sends all hints
 * with the same tool and label that were not accepted yet. What cannot be understood is left out; nothing throws.
 *
 * Places are percentages there, clamped to the image here. Labels stand in the hint itself, or, where its tool has none,
 * in another item with the same id. Without `is_positive` a hint is positive.
 */
export function parseHints(context: unknown, config: LabelConfig): DrawnHints {
  const items = HintContext.safeParse(context)
  if (!items.success) {
    return { ...nothingDrawn, ignored: ['The context of the request holds no list of hints (context.result).'] }
  }
  const drawn: ReadHint[] = []
  const ignored: string[] = []
  const given = items.data.result.slice(0, mostHints)
  const labels = labelsByRegion(given)
  for (const [index, item] of given.entries()) {
    const read = readHint(item, `number ${index + 1}`, labels, config)
    if (typeof read === 'string') ignored.push(read)
    else if (read !== undefined) drawn.push(read)
  }
  const left = items.data.result.length - given.length
  if (left > 0) ignored.push(`${given.length + left} hints were drawn; the first ${mostHints} are read.`)
  const newest = drawn.at(-1)?.id
  return {
    hints: drawn.map(({ hint }) => hint),
    ignored,
    size: drawn.find(({ size }) => size !== undefined)?.size,
    newest: newest !== undefined && /^[\w-]{1,64}$/.test(newest) ? newest : undefined,
  }
}

const nothingDrawn = { hints: [], size: undefined, newest: undefined } as const

interface ReadHint {
  readonly hint: Hint
  readonly id: string | undefined
  readonly size: DrawnHints['size']
}

/** @returns why it is left out, or undefined where it only labels another item */
function readHint(
  given: unknown,
  number: string,
  labels: ReadonlyMap<string, string>,
  config: LabelConfig,
): ReadHint | string | undefined {
  const read = HintItem.safeParse(given)
  if (!read.success) {
    const fields = [...new Set(read.error.issues.map(({ path }) => String(path[0] ?? 'all')))]
    return `The hint ${number} is damaged (${fields.join(', ')}).`
  }
  const item = read.data
  const id = item.id ?? undefined
  if (item.type === 'labels' && id !== undefined && labels.has(id)) return undefined
  const called = `The hint ${id === undefined ? number : quote(id)}`
  if (item.to_name != null && item.to_name !== config.image?.name) {
    return `${called} was drawn on ${quote(item.to_name)}, which is not the image that is painted.`
  }
  if ((item.image_rotation ?? 0) % 360 !== 0) {
    return `${called} was drawn on an image turned by ${item.image_rotation} degrees.`
  }
  const label = labelIn(item) ?? (id === undefined ? undefined : labels.get(id))
  const meaning = {
    isPositive: item.is_positive ?? true,
    part: label === undefined ? undefined : nameOf(label, config),
  }
  const hint = readPlace(item.type, item.value, meaning, called)
  return typeof hint === 'string' ? hint : { hint, id, size: sizeOf(item) }
}

function readPlace(
  type: string,
  value: unknown,
  meaning: Pick<Hint, 'isPositive' | 'part'>,
  called: string,
): Hint | string {
  if (type === 'keypointlabels' || type === 'keypoint') {
    const point = PointValue.safeParse(value)
    if (!point.success) return `${called} is no key point: it needs x and y in percent.`
    return { kind: 'point', x: shareOf(point.data.x), y: shareOf(point.data.y), ...meaning }
  }
  if (type === 'rectanglelabels' || type === 'rectangle') {
    const rectangle = RectangleValue.safeParse(value)
    if (!rectangle.success) return `${called} is no rectangle: it needs x, y, width and height in percent.`
    const { rotation, ...sides } = rectangle.data
    if ((rotation ?? 0) % 360 !== 0) return `${called} is a rectangle turned by ${rotation} degrees. Draw it upright.`
    const [left, right] = edges(sides.x, sides.width)
    const [top, bottom] = edges(sides.y, sides.height)
    if (left === right || top === bottom) return `${called} is a rectangle without an inside on the image.`
    return { kind: 'rectangle', x: left, y: top, width: right - left, height: bottom - top, ...meaning }
  }
  return `${called} is of the type ${quote(type)}; key points and rectangles are understood.`
}

function shareOf(percent: number): number {
  return Math.min(1, Math.max(0, percent / 100))
}

function edges(start: number, length: number): readonly [number, number] {
  return [shareOf(Math.min(start, start + length)), shareOf(Math.max(start, start + length))]
}

/** The first label of each item that has one, by its id. */
function labelsByRegion(items: readonly unknown[]): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  for (const given of items) {
    const item = HintItem.safeParse(given).data
    const label = item && labelIn(item)
    if (label !== undefined && item?.id != null && !labels.has(item.id)) labels.set(item.id, label)
  }
  return labels
}

/** The editor shows the colour of the first label. The list stands under the type's name, and under `labels` as well. */
function labelIn({ value: { keypointlabels, rectanglelabels, labels } }: HintItem): string | undefined {
  return [keypointlabels, rectanglelabels, labels].find((list) => list != null && list.length > 0)?.[0]
}

/** The alias where the label has one, which the editor writes as well as what the label shows. */
function nameOf(label: string, { controls }: LabelConfig): string {
  const listed = controls.flatMap((control) => control.labels)
  if (listed.some(({ name }) => name === label)) return label
  return listed.find(({ value }) => value === label)?.name ?? label
}

function sizeOf({ original_width: width, original_height: height }: HintItem): DrawnHints['size'] {
  return width == null || height == null ? undefined : { width, height }
}
