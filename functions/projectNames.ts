/** Which projects a store holds, whatever their records say. */

import type { Store } from '../integrations/storage/index.ts'
import { projectKeys } from '../integrations/storage/keys.ts'
import { Platform } from '../schemas/project.ts'
import { Slug } from '../schemas/record.ts'

export interface ProjectName {
  readonly platform: Platform
  readonly id: string
}

/** A project as keys and pages name it: `label-studio-8`. */
export const nameOf = ({ platform, id }: ProjectName): string => `${platform}-${id}`

/** The project that a name means; undefined where it can mean none. */
export function projectOfName(name: string): ProjectName | undefined {
  const platform = Platform.options.find((option) => name.startsWith(`${option}-`))
  const id = Slug.safeParse(name.slice((platform?.length ?? 0) + 1))
  return platform !== undefined && id.success ? { platform, id: id.data } : undefined
}

/** The projects of a store, in the order of their keys: each is there with its record, or with what was found on its platform. */
export async function listProjectNames(store: Store): Promise<readonly ProjectName[]> {
  const names: ProjectName[] = []
  for await (const folder of store.folders('projects/')) {
    const name = projectOfName(folder.slice('projects/'.length, -1))
    if (name === undefined) continue
    const { project, state } = projectKeys(name.platform, name.id)
    if ((await store.head(project)) !== undefined || (await store.head(state)) !== undefined) names.push(name)
  }
  return names
}
