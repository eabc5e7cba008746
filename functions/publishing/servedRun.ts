import { getJson } from '../../integrations/storage/index.ts'
import { draftVersion } from '../../schemas/modelVersion.ts'
import { Serving } from '../../schemas/projectState.ts'
import type { RunVersion } from '../../schemas/run.ts'
import type { PublishingPlace } from './place.ts'

/** The run whose version is shown; undefined before there is one. */
export async function servedRun({
  store,
  keys,
}: Pick<PublishingPlace, 'store' | 'keys'>): Promise<RunVersion | undefined> {
  const version = (await getJson(store, keys.serving, Serving))?.value.version
  return version === draftVersion ? undefined : version
}
