/** A place to publish to, in memory, where waiting costs nothing. */
import type { PublishingPlace } from '../../../functions/publishing/place.ts'
import type { NewTask, PaintingForm, Prediction } from '../../../integrations/platform/index.ts'
import { type MemoryPlatform, openMemoryPlatform } from '../../../integrations/platform/memory.ts'
import type { Store } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import type { ModelVersion } from '../../../schemas/modelVersion.ts'
import { type SimulatedTime, simulatedTime } from '../../support/simulatedTime.ts'

export const project = '1'
export const keys = projectKeys('label-studio', project)
export const form: PaintingForm = { parts: ['background', 'Hair', 'Eye'], width: 2, height: 1 }

export interface PublishingWorld {
  readonly time: SimulatedTime
  readonly store: Store
  readonly platform: MemoryPlatform
  /** What was told of troubles. */
  readonly troubles: string[]
  place(more?: Partial<PublishingPlace>): PublishingPlace
}

export function publishingWorld(options: { readonly importLimit?: number } = {}): PublishingWorld {
  const time = simulatedTime()
  const store = openMemoryStore()
  const platform = openMemoryPlatform(options)
  platform.addProject({ id: project, labels: ['Hair', 'Eye'] })
  const troubles: string[] = []
  let publishers = 0
  return {
    time,
    store,
    platform,
    troubles,
    place: (more = {}) => ({
      store,
      keys,
      platform,
      project,
      times: { leaseSeconds: 30, settleSeconds: 10, patienceSeconds: 600 },
      now: time.now,
      wait: time.wait,
      newId: () => `publisher ${++publishers}`,
      onTrouble: (message) => troubles.push(message),
      ...more,
    }),
  }
}

export function prediction(version: ModelVersion = 'sixteen-v1', ...ids: readonly number[]): Prediction {
  const data = Uint8Array.from(ids.length === 0 ? [1, 2] : ids)
  return { version, score: 0.5, labelMap: { width: 2, height: 1, data } }
}

/** Samples that are to be tasks, and how often each was loaded. */
export function wantedTasks(count: number, more: Partial<NewTask> = {}) {
  const loaded: string[] = []
  const wanted = Array.from({ length: count }, (_, index) => {
    const sample = `avatars-s${index}-t1`
    return {
      sample,
      load: async (): Promise<NewTask> => {
        loaded.push(sample)
        return { sample, kind: 'generated', image: Uint8Array.of(index), ...more }
      },
    }
  })
  return { wanted, loaded }
}
