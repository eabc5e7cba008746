import { getJson, type Store } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import { draftVersion, type ModelVersion } from '../../schemas/modelVersion.ts'
import type { Platform } from '../../schemas/project.ts'
import { Serving } from '../../schemas/projectState.ts'

/** A Label Studio server asks on every next task and waits three seconds: most answers come from memory. */
const staleAfterMilliseconds = 2000
/** How long an answer waits for the store where memory is stale; then the old version is given, and the next is renewed. */
const patienceMilliseconds = 40
const maximumProjects = 1000

/** Which version's predictions each project shows. */
export interface ServedVersions {
  /**
   * `sixteen-v0` before the first run. Answers from memory, which is renewed when it is two seconds old: a server that
   * hears of an old version hides the predictions of the new one.
   * @throws InvalidRecordError, StorageError the first time
   */
  of(platform: Platform, project: string): Promise<ModelVersion>
}

interface Known {
  readonly version: ModelVersion
  /** When reading it began. */
  readonly at: number
}

export interface ServedVersionsOptions {
  readonly now: () => Date
  readonly wait: (milliseconds: number) => Promise<unknown>
  /** Hears of a record that cannot be read again; the version known so far stays. */
  readonly onFailure?: (error: unknown) => void
}

export function openServedVersions(store: Store, { now, wait, onFailure }: ServedVersionsOptions): ServedVersions {
  const known = new Map<string, Known>()
  const reading = new Map<string, Promise<ModelVersion>>()

  const remember = (key: string, entry: Known): void => {
    known.delete(key)
    known.set(key, entry)
    const [oldest] = known.keys()
    if (known.size > maximumProjects && oldest !== undefined) known.delete(oldest)
  }
  const read = (key: string): Promise<ModelVersion> => {
    const underWay = reading.get(key)
    if (underWay !== undefined) return underWay
    const at = now().getTime()
    const answer = getJson(store, key, Serving)
      .then((record) => {
        const version = record?.value.version ?? draftVersion
        remember(key, { version, at })
        return version
      })
      .finally(() => reading.delete(key))
    reading.set(key, answer)
    return answer
  }

  return {
    of: async (platform, project) => {
      const key = projectKeys(platform, project).serving
      const there = known.get(key)
      if (there === undefined) return await read(key)
      if (now().getTime() - there.at <= staleAfterMilliseconds) return there.version
      const renewed = read(key).catch((error: unknown) => {
        onFailure?.(error)
        return there.version
      })
      return await Promise.race([renewed, wait(patienceMilliseconds).then(() => there.version)])
    },
  }
}
