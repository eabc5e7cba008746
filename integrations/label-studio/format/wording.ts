import type { Notice } from '../../../schemas/notice.ts'

const mostNames = 10
const longestName = 60

/** A name as it stands in a message: in quotes, cut where it is very long. */
export function quote(name: string): string {
  return `"${name.length > longestName ? `${name.slice(0, longestName)}…` : name}"`
}

/** Names as they stand in a message; of many, the first ones and how many more there are. */
export function quoteAll(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map(quote).join(', ')
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown
}

/** A notice about the label configuration. */
export function configNotice(matter: string, level: Notice['level'], message: string): Notice {
  return { code: `label-config-${matter}`, level, message }
}
