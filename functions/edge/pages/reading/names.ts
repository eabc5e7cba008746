import type { Store } from '../../../../integrations/storage/index.ts'
import { listProjectNames, type ProjectName } from '../../../projectNames.ts'

/** Pages ask often, and a store in the cloud wants money for each answer. */
const rememberedMilliseconds = 2000

/** Lists the projects of a store, in the order of their keys; a list is good for two seconds, for all who ask. */
export function createProjectList(store: Store, now: () => Date): () => Promise<readonly ProjectName[]> {
  let remembered: { readonly at: number; readonly names: Promise<readonly ProjectName[]> } | undefined
  return () => {
    const at = now().getTime()
    if (remembered === undefined || at - remembered.at >= rememberedMilliseconds) {
      const list = { at, names: listProjectNames(store) }
      remembered = list
      list.names.catch(() => {
        if (remembered === list) remembered = undefined
      })
    }
    return remembered.names
  }
}
