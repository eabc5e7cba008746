import { isXmlCharacter } from './configTree.ts'
import { LabelConfigError } from './errors.ts'
import { nameTrouble } from './labelName.ts'
import type { PaintingKind } from './paintingControl.ts'
import { quote } from './wording.ts'

const tagNames: Readonly<Record<PaintingKind, string>> = {
  brush: 'BrushLabels',
  bitmask: 'BitmaskLabels',
  polygon: 'PolygonLabels',
}

/** Tools for hints, by the names of their controls. */
const smartTags = { point: 'KeyPointLabels', box: 'RectangleLabels' } as const

/**
 * The label configuration of a new project: one image, and labels to paint it with. What `parseLabelConfig` reads from
 * it are these labels.
 *
 * @param labels colours as `#rrggbb`
 * @param smartTools whether there are key points and rectangles with the same labels, too, by which a person who has
 *   auto-annotation on says which part is meant. They draw nothing else. @default false
 * @throws LabelConfigError where a label's name cannot be a part's, stands twice, or there is none
 */
export function createLabelConfig({
  labels,
  kind,
  smartTools = false,
}: {
  readonly labels: readonly { readonly name: string; readonly color: string | undefined }[]
  readonly kind: PaintingKind
  readonly smartTools?: boolean
}): string {
  if (labels.length === 0)
    throw new LabelConfigError('A label configuration needs at least one label. Name some parts.')
  const names = new Set<string>()
  for (const { name } of labels) {
    const trouble = names.has(name) ? 'stands twice' : nameTrouble(name)
    if (trouble !== undefined)
      throw new LabelConfigError(`The label ${quote(name)} cannot be used: it ${trouble}. Rename it.`)
    names.add(name)
  }
  const lines = labels.map(
    ({ name, color }) =>
      `    <Label value="${escapeXml(name)}"${color === undefined ? '' : ` background="${escapeXml(color)}"`}/>\n`,
  )
  const control = (tag: string, name: string, attributes: string) =>
    `  <${tag} name="${name}" toName="image"${attributes}>\n${lines.join('')}  </${tag}>\n`
  // The control for painting comes first: the editor gives keys to labels in their order.
  const hints = Object.entries(smartTags).map(([name, tag]) => control(tag, name, ' smart="true" smartOnly="true"'))
  return `<View>
  <Image name="image" value="$image" zoom="true" zoomControl="true"/>
${control(tagNames[kind], 'part', '')}${smartTools ? hints.join('') : ''}</View>
`
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeXml(text: string): string {
  if ([...text].some((character) => !isXmlCharacter(character.codePointAt(0) ?? 0))) {
    throw new LabelConfigError(`${quote(text)} holds a character that XML cannot hold. Rename the label.`)
  }
  // Line ends and tabs would be read as spaces.
  return text.replace(/[&<>"\t\n\r]/g, (character) => escapes[character] ?? `&#${character.charCodeAt(0)};`)
}
