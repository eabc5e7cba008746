import { createHash } from 'node:crypto'

/** The parts of a page that change, as HTML by name, and a name for all of it together. */
export interface Snapshot {
  /** Another one whenever any section is another. */
  readonly state: string
  readonly sections: Readonly<Record<string, string>>
}

/** HTML that hono's `html` made, or nothing. */
export type Fragment = unknown

/** Renders sections in their order. @param fragments what `html` gave, or false for nothing */
export async function takeSnapshot(fragments: Readonly<Record<string, Fragment>>): Promise<Snapshot> {
  const rendered = await Promise.all(
    Object.entries(fragments).map(async ([name, fragment]) => [name, textOf(await fragment)] as const),
  )
  const sections = Object.fromEntries(rendered)
  const state = createHash('sha256').update(JSON.stringify(rendered)).digest('base64url').slice(0, 22)
  return { state, sections }
}

const textOf = (fragment: Fragment): string => (fragment === false || fragment === undefined ? '' : String(fragment))

/** The newer snapshot, without the sections that are as they were. @param older undefined where nothing is known of it */
export function changesSince(older: Snapshot | undefined, newer: Snapshot): Snapshot {
  const changed = Object.entries(newer.sections).filter(([name, section]) => older?.sections[name] !== section)
  return { state: newer.state, sections: Object.fromEntries(changed) }
}

/** What a page that names the state it shows has to be told. */
export function changesForState(known: string | undefined, snapshot: Snapshot): Snapshot {
  return known === snapshot.state ? { ...snapshot, sections: {} } : snapshot
}
