import type { PlatformProject } from '../../integrations/platform/index.ts'
import { encodeJson, overwrite } from '../../integrations/storage/index.ts'
import type { Notice } from '../../schemas/notice.ts'
import { ProjectState } from '../../schemas/projectState.ts'
import type { Decision } from '../factory/life/nextStep.ts'
import type { ReactorPlace } from './context.ts'
import type { Paintings } from './readPaintings.ts'

export interface StateFound {
  readonly seen: PlatformProject
  readonly decision: Decision
  readonly paintings: Paintings
  readonly seeds: { readonly published: number; readonly painted: number; readonly skipped: number }
  readonly corrected: number
  readonly changes: number
  /** Paintings that the first run waits for. */
  readonly wantedSeeds: number
  readonly notices: readonly Notice[]
}

/** Unusable paintings that a person is shown at once. */
const unusableShown = 20

/** Leaves what was found for people to look at. */
export async function writeState({ store, keys, now }: ReactorPlace, found: StateFound): Promise<void> {
  const { seen, decision, paintings, seeds, corrected, changes, wantedSeeds, notices } = found
  const state: ProjectState = {
    schemaVersion: 1,
    lookedAt: now().toISOString(),
    title: seen.title,
    address: seen.address,
    next: decision.next,
    seeds: { wanted: wantedSeeds, ...seeds },
    corrected,
    changes,
    unusable: paintings.unusable.slice(0, unusableShown),
    effort: paintings.effort,
    notices: [...notices],
    ...(paintings.newestAt === undefined ? {} : { newestAnnotationAt: paintings.newestAt.toISOString() }),
  }
  await overwrite(store, keys.state, encodeJson(keys.state, ProjectState, state))
}
