import { createJson, getJson, type Store, updateJson } from '../../integrations/storage/index.ts'
import type { ProjectKeys } from '../../integrations/storage/keys.ts'
import { SeedList } from '../../schemas/seedList.ts'

/** Makes the seed list want at least so many samples. @returns the list as it is then */
export async function wantSeeds(store: Store, keys: ProjectKeys, wanted: number): Promise<SeedList> {
  const present = await getJson(store, keys.seeds, SeedList)
  if (present === undefined) {
    const list: SeedList = { schemaVersion: 1, wanted, chosen: [] }
    await createJson(store, keys.seeds, SeedList, list)
    return list
  }
  const updated = await updateJson(store, keys.seeds, SeedList, (list) => ({
    ...list,
    wanted: Math.max(list.wanted, wanted),
  }))
  return updated.value
}
