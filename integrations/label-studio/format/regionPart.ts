import { z } from 'zod'
import type { PaintingForm } from '../../platform/index.ts'
import type { LabelConfig } from './controls.ts'
import { UnusableError } from './errors.ts'
import { quote, quoteAll } from './wording.ts'

const Labels = z.array(z.string())

/**
 * The part that a region's first label names: as it is, by the value of a label whose alias is the part's name (the
 * editor takes both), or by the aliases given.
 *
 * @param labels what stands under the type's name in the region's value
 * @param called the region, as the message begins
 * @throws UnusableError where there is no label, or none of these names a part
 */
export function findPart(
  labels: unknown,
  called: string,
  config: LabelConfig,
  { parts }: PaintingForm,
  aliases: Readonly<Record<string, string>>,
): number {
  const read = Labels.safeParse(labels ?? [])
  if (!read.success) throw new UnusableError(`${called} has labels that are no texts. Delete it and paint it anew.`)
  const [label] = read.data
  if (label === undefined) throw new UnusableError(`${called} has no label. Choose one for it, or delete it.`)
  const shown = config.controls.flatMap((control) => control.labels).find(({ value }) => value === label)?.name
  const alias = Object.hasOwn(aliases, label) ? aliases[label] : undefined
  for (const name of [label, shown, alias]) {
    const part = name === undefined ? -1 : parts.indexOf(name)
    if (part >= 0) return part
  }
  throw new UnusableError(
    `${called} is labelled ${quote(label)}, which is none of the parts ${quoteAll(parts)}. Add it to the label ` +
      `configuration, or say in the setting labelAliases which part it is, like {"${label.slice(0, 60)}": "${parts[1] ?? ''}"}.`,
  )
}
