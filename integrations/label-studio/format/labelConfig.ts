import type { Notice } from '../../../schemas/notice.ts'
import { findImages } from './configImages.ts'
import { type ConfigElement, readConfigTree } from './configTree.ts'
import { type Control, type ControlLabel, controlKinds, type LabelConfig } from './controls.ts'
import { normalizeColor } from './cssColor.ts'
import { nameTrouble } from './labelName.ts'
import { configNotice, quote, quoteAll } from './wording.ts'

/** Tags that draw on images in ways that are not understood, among them those whose labels stand in a tag of their own. */
const otherTools = ['brush', 'bitmask', 'polygon', 'magicwand', 'vector', 'vectorlabels', 'ellipse', 'ellipselabels']

/**
 * Reads a project's label configuration, as `label_config` holds it.
 *
 * @throws LabelConfigError where it is no well-formed XML, or too long
 * @see https://labelstud.io/tags/
 */
export function parseLabelConfig(xml: string): LabelConfig {
  const elements = flatten(readConfigTree(xml))
  const tagged = (tags: readonly string[]) => elements.filter(({ tag }) => tags.includes(tag))
  const imageTags = tagged(['image'])
  const onlyImage = imageTags.length === 1 ? imageTags[0]?.attributes.get('name') : undefined
  const read = tagged(Object.keys(controlKinds)).map((element) => readControl(element, onlyImage))
  const controls = read.flatMap(({ control }) => control ?? [])
  const images = findImages(imageTags, controls)
  const others = tagged(otherTools).map(({ tag }) => tag)
  return {
    image: images.image,
    controls,
    notices: [
      ...images.notices,
      ...noticeLabels(read),
      ...(others.length === 0
        ? []
        : [
            configNotice(
              'other-tools',
              'warning',
              `What is drawn with the tags ${quoteAll([...new Set(others)])} is not used. Labels for painting stand inside ` +
                'a BrushLabels, BitmaskLabels or PolygonLabels tag.',
            ),
          ]),
      ...(tagged(['repeater']).length === 0
        ? []
        : [
            configNotice(
              'repeater',
              'warning',
              'What stands inside a Repeater tag is not used, since it differs from task to task. Put the image and its ' +
                'labels outside.',
            ),
          ]),
    ],
  }
}

/** All tags in the order of the configuration, without what a Repeater holds. */
function flatten(element: ConfigElement): ConfigElement[] {
  return element.tag === 'repeater' ? [element] : [element, ...element.children.flatMap(flatten)]
}

interface ReadControl {
  readonly control: Control | undefined
  /** Where labels come from the data of each task. */
  readonly dynamic: string | undefined
  readonly duplicates: readonly string[]
  /** Labels that cannot be parts, with the reason. */
  readonly unusable: readonly string[]
}

function readControl(element: ConfigElement, onlyImage: string | undefined): ReadControl {
  const name = element.attributes.get('name') ?? ''
  const kind = controlKinds[element.tag]
  const labels = new Map<string, ControlLabel>()
  const duplicates: string[] = []
  const unusable: string[] = []
  for (const { tag, attributes } of flatten(element)) {
    if (tag !== 'label') continue
    const value = attributes.get('value') ?? ''
    const label = attributes.get('alias') || value
    const trouble = nameTrouble(label)
    if (trouble !== undefined) unusable.push(`${quote(label)} because it ${trouble}`)
    else if (labels.has(label)) duplicates.push(label)
    else {
      const color = normalizeColor(attributes.get('background') ?? '')
      labels.set(label, { name: label, color, ...(value === label || value === '' ? {} : { value }) })
    }
  }
  // Where there is one object only, the editor binds controls to it that do not say to which they belong.
  const toName = (element.attributes.get('toname') ?? onlyImage ?? '').split(',').map((part) => part.trim())
  const dynamic = element.attributes.get('value')?.startsWith('$') === true ? name : undefined
  const control =
    name === '' || kind === undefined
      ? undefined
      : { name, toName: toName.filter((part) => part !== ''), kind, labels: [...labels.values()] }
  return { control, dynamic, duplicates, unusable }
}

function noticeLabels(read: readonly ReadControl[]): Notice[] {
  const notices: Notice[] = []
  const dynamic = read.flatMap((control) => control.dynamic ?? [])
  if (dynamic.length > 0) {
    const message =
      `The labels of ${quoteAll(dynamic)} come from the data of each task (value="$…"). Parts must be the same for all ` +
      'images: write them as Label tags instead.'
    notices.push(configNotice('dynamic-labels', 'warning', message))
  }
  const duplicates = read.flatMap((control) => control.duplicates)
  if (duplicates.length > 0) {
    const message = `${quoteAll(duplicates)} stand twice in one control; the first one counts. Remove or rename the other.`
    notices.push(configNotice('duplicate-labels', 'warning', message))
  }
  const unusable = read.flatMap((control) => control.unusable)
  if (unusable.length > 0) {
    const message = `These labels are not used: ${unusable.slice(0, 10).join('; ')}. Rename them, like head/eye/left.`
    notices.push(configNotice('unusable-labels', 'warning', message))
  }
  if (read.some(({ control }) => control === undefined)) {
    const message = 'A control without a name is not used. Give it one, like name="part".'
    notices.push(configNotice('unnamed-control', 'warning', message))
  }
  return notices
}
