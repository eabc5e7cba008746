import { NothingToShowError } from '../../integrations/platform/index.ts'
import { AlreadyExistsError, createJson, getJson, updateJson } from '../../integrations/storage/index.ts'
import type { ModelVersion } from '../../schemas/modelVersion.ts'
import { Serving } from '../../schemas/projectState.ts'
import type { PublishingPlace } from './place.ts'

type Place = Pick<PublishingPlace, 'store' | 'keys' | 'platform' | 'project'>

/**
 * Shows a run's version, unless a person chose another; then that one is shown, still. Where the run left no prediction on
 * the platform there is nothing to be shown there, which is no error.
 * @returns the version that is shown
 */
export async function showVersion(place: Place, version: ModelVersion): Promise<ModelVersion> {
  const own: Serving = { schemaVersion: 1, version, chosen: false }
  // First the record, which the backend answers from: the platform asks it at once.
  const serving = await setServing(place, (present) => (present?.chosen ? present : own))
  if (await canShow(place, serving.version)) return serving.version
  // The predictions of the version that a person chose were taken away since.
  await setServing(place, (present) => (present?.version === serving.version ? own : (present ?? own)))
  await canShow(place, version)
  return version
}

async function canShow({ platform, project }: Place, version: ModelVersion): Promise<boolean> {
  try {
    await platform.show(project, version)
    return true
  } catch (error) {
    if (error instanceof NothingToShowError) return false
    throw error
  }
}

/**
 * A person chooses a version. Nothing changes where the platform refuses it.
 * @param keep whether it stays shown whatever runs come; else the next run's version takes its place
 * @throws NothingToShowError where it has no predictions; then everything is as it was
 */
export async function chooseVersion(place: Place, version: ModelVersion, keep: boolean): Promise<void> {
  const { store, keys, platform, project } = place
  const before = (await getJson(store, keys.serving, Serving))?.value
  await setServing(place, () => ({ schemaVersion: 1, version, chosen: keep }))
  try {
    await platform.show(project, version)
  } catch (error) {
    if (error instanceof NothingToShowError) {
      if (before === undefined) await store.remove(keys.serving)
      else await setServing(place, () => before)
    }
    throw error
  }
}

async function setServing({ store, keys }: Place, change: (present: Serving | undefined) => Serving): Promise<Serving> {
  const first = change(undefined)
  try {
    await createJson(store, keys.serving, Serving, first)
    return first
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error
    return (await updateJson(store, keys.serving, Serving, change)).value
  }
}
