/** The label list of an annotation platform's project, and what it means when it changes. */
import { LabelList } from '../../../schemas/labels.ts'
import type { Notice } from '../../../schemas/notice.ts'

/** A class as the platform's label configuration lists it. */
export interface ConfiguredLabel {
  readonly name: string
  readonly color: string | undefined
}

const isBackground = (name: string): boolean => name.toLowerCase() === 'background'

/**
 * Part ids for the classes of a label configuration, in its order. Part 0 is the class called background, or else one
 * that stands for all that is not painted.
 * @param colorOf a part's colour where the configuration gives none
 * @throws ZodError where there are no classes, more than 255, or names that cannot be paths
 */
export function labelListOf(
  labels: readonly ConfiguredLabel[],
  truncation: number,
  colorOf: (id: number) => string,
): LabelList {
  const background = labels.find(({ name }) => isBackground(name)) ?? { name: 'background', color: undefined }
  const others = labels.filter((label) => label !== background)
  return LabelList.parse({
    parts: [background, ...others].map(({ name, color }, id) => ({ id, name, color: color ?? colorOf(id) })),
    truncation,
  })
}

/** What happened to the label list; colours and order are not worth a word. Undefined where no name changed. */
export function explainLabelChange(before: LabelList, after: LabelList): Notice | undefined {
  const names = ({ parts }: LabelList): ReadonlySet<string> => new Set(parts.map(({ name }) => name))
  const [old, now] = [names(before), names(after)]
  const added = [...now].filter((name) => !old.has(name))
  const removed = [...old].filter((name) => !now.has(name))
  if (added.length === 0 && removed.length === 0) return undefined
  const quoted = (list: readonly string[]): string => list.map((name) => `“${name}”`).join(', ')
  const sentences = [
    ...(added.length > 0
      ? [`New in the label configuration: ${quoted(added)}. Images painted before do not show it; paint it there, too.`]
      : []),
    ...(removed.length > 0
      ? [
          `Gone from the label configuration: ${quoted(removed)}. Annotations that use it stay as they are, and are not trained on. ` +
            `If it was renamed, say so in the project's setting labelAliases: {${JSON.stringify(removed[0])}: ${JSON.stringify(added[0] ?? 'new name')}}.`,
        ]
      : []),
  ]
  return { code: 'labels-changed', level: 'warning', message: sentences.join(' ').slice(0, 2000) }
}
