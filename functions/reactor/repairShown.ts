import { NothingToShowError } from '../../integrations/platform/index.ts'
import { getJson, updateJson } from '../../integrations/storage/index.ts'
import { ModelVersion } from '../../schemas/modelVersion.ts'
import type { Notice } from '../../schemas/notice.ts'
import { Serving } from '../../schemas/projectState.ts'
import type { Run } from '../../schemas/run.ts'
import { isActive } from '../factory/runRecord.ts'
import type { ReactorPlace } from './context.ts'

/**
 * Makes platform and record agree on which version is shown. Another of our versions on the platform was chosen there by a
 * person, and is taken over; anything else, such as the nothing that deleting predictions leaves, is put right.
 * @param shown what the platform shows
 * @returns what a person should know of it
 */
export async function repairShown(
  place: ReactorPlace,
  shown: string | undefined,
  run: Run | undefined,
): Promise<readonly Notice[]> {
  const { store, keys, platform, project, log } = place
  const serving = (await getJson(store, keys.serving, Serving))?.value
  // A run that is being published changes it itself.
  if (serving === undefined || serving.version === shown || (run !== undefined && isActive(run))) return []
  const other = ModelVersion.safeParse(shown)
  if (other.success) {
    const chosen: Serving = { schemaVersion: 1, version: other.data, chosen: other.data !== run?.version }
    await updateJson(store, keys.serving, Serving, () => chosen)
    log.info({ project: keys.root, version: other.data }, 'a person chose this version on the platform')
    return []
  }
  const before = shown === undefined ? 'no predictions' : 'predictions of another model'
  try {
    await platform.show(project, serving.version)
  } catch (error) {
    if (!(error instanceof NothingToShowError)) throw error
    const message = `The platform shows ${before}, and has none of ${serving.version}: choose another version, or start a run.`
    return [{ code: 'shown-version', level: 'warning', message }]
  }
  log.warn({ project: keys.root, version: serving.version }, 'the platform showed no version of ours: put right')
  const message = `The platform showed ${before}; ${serving.version} is shown again.`
  return [{ code: 'shown-version', level: 'info', message }]
}
