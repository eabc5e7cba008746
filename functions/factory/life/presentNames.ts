import type { LifeSettings } from '../../../schemas/lifeSettings.ts'

/**
 * Parts as a label configuration calls them today: those that were renamed since, by their new names.
 * @param present names of the labels that are there
 */
export function presentNames(
  parts: readonly string[],
  present: ReadonlySet<string>,
  { labelAliases }: Pick<LifeSettings, 'labelAliases'>,
): readonly string[] {
  return parts.map((name) => (present.has(name) ? name : (labelAliases[name] ?? name)))
}
