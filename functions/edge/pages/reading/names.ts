import type { Store } from '../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
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

/** Pages ask often, and a store in the cloud wants money for each answer. */
const rememberedMilliseconds = 2000

/** Lists the projects of a store, in the order of their keys; a list is good for two seconds, for all who ask. */
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
  const paths: ProjectPath[] = []
  for await (const folder of store.folders('projects/')) {
    const path = projectOfName(folder.slice('projects/'.length, -1))
    if (path !== undefined && (await isProject(store, path))) paths.push(path)
  }
  return paths
}

/** It is there with its record, or already with what was found on its platform. */
async function isProject(store: Store, { platform, id }: ProjectPath): Promise<boolean> {
  const { project, state } = projectKeys(platform, id)
  return (await store.head(project)) !== undefined || (await store.head(state)) !== undefined
}
