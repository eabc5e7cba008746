import type { Store } from '../../../../integrations/storage/index.ts'
import { Platform } from '../../../../schemas/project.ts'
import { ProjectPath } from '../../paths.ts'

/** A project as pages name it: `label-studio-8`. */
export const nameOf = ({ platform, id }: ProjectPath): string => `${platform}-${id}`

/** The project that a page's name means; undefined where it can mean none. */
export function projectOfName(name: string): ProjectPath | undefined {
  const platform = Platform.options.find((option) => name.startsWith(`${option}-`))
  const path = ProjectPath.safeParse({ platform, id: name.slice((platform?.length ?? 0) + 1) })
  return path.success ? path.data : undefined
}

/** A project is there with its record, or already with what was found on its platform. */
const projectKey = /^projects\/([^/]+)\/(?:project|state)\.json$/

/** A store can only list all its keys, pictures included: with many images this takes a while. */
const rememberedMilliseconds = 10_000

/** Lists the projects of a store, in the order of their keys; a list is good for ten seconds, for all who ask. */
export function createProjectList(store: Store, now: () => Date): () => Promise<readonly ProjectPath[]> {
  let remembered: { readonly at: number; readonly paths: Promise<readonly ProjectPath[]> } | undefined
  return () => {
    const at = now().getTime()
    if (remembered === undefined || at - remembered.at >= rememberedMilliseconds) {
      const list = { at, paths: listPaths(store) }
      remembered = list
      list.paths.catch(() => {
        if (remembered === list) remembered = undefined
      })
    }
    return remembered.paths
  }
}

async function listPaths(store: Store): Promise<readonly ProjectPath[]> {
  const names = new Set<string>()
  for await (const key of store.list('projects/')) {
    const name = projectKey.exec(key)?.[1]
    if (name !== undefined) names.add(name)
  }
  return [...names].flatMap((name) => projectOfName(name) ?? [])
}
