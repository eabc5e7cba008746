import {
  ImportUnsettledError,
  type NewTask,
  type PaintingForm,
  type PlatformTask,
} from '../../integrations/platform/index.ts'
import { whileHolding } from '../../integrations/storage/index.ts'
import { patiently } from './patience.ts'
import type { PublishingPlace } from './place.ts'

/** A sample that is to be a task. */
export interface WantedTask {
  readonly sample: string
  /** Reads image and prediction; only asked where the sample is not there yet. */
  load(): Promise<NewTask>
}

/** Milliseconds between two looks for an import that got no answer. */
const lookInterval = 2000

/** Imports in a row that get no answer and leave nothing, after which it is an error: each leaves images behind. */
const mostUnsettled = 3

/** All tasks that show a sample of ours, by its id. */
export async function tasksBySample({
  platform,
  project,
}: Pick<PublishingPlace, 'platform' | 'project'>): Promise<ReadonlyMap<string, PlatformTask>> {
  const tasks = new Map<string, PlatformTask>()
  for await (const task of platform.listTasks(project)) {
    // Of doubled tasks, which a person may have made, the first counts.
    if (!tasks.has(task.sample)) tasks.set(task.sample, task)
  }
  return tasks
}

/**
 * Makes each wanted sample a task exactly once, whatever is interrupted: one publisher per project at a time looks which
 * samples are there and imports the others. An import without an answer is not sent again before it had time to show up.
 * @param onImported called with the number of wanted samples that are there
 * @throws PlatformError, among them ImportUnsettledError where imports are taken and never show up; LeaseLostError; the
 *   signal's reason
 */
export async function importSamples(
  place: PublishingPlace,
  form: PaintingForm,
  wanted: readonly WantedTask[],
  onImported?: (count: number) => void,
): Promise<void> {
  if (wanted.length === 0) return
  const { store, keys, platform, project, times, now, wait, signal } = place
  const lease = { holder: place.newId(), seconds: times.leaseSeconds, now, wait, signal }
  await whileHolding(store, keys.publisher, lease, async (held) => {
    const guarded = { ...place, signal: held }
    let missing = await patiently(guarded, () => missingOf(place, wanted))
    let unsettled = 0
    while (missing.length > 0) {
      onImported?.(wanted.length - missing.length)
      held.throwIfAborted()
      const batch = missing.slice(0, platform.importLimit)
      const tasks = await Promise.all(batch.map((task) => task.load()))
      missing = await patiently(guarded, async () => {
        // After a failure the batch, or what others did meanwhile, may be there.
        const absent = new Set((await missingOf(place, batch)).map(({ sample }) => sample))
        const rest = tasks.filter(({ sample }) => absent.has(sample))
        try {
          held.throwIfAborted()
          if (rest.length > 0) await platform.importTasks(project, form, rest)
          unsettled = 0
          return missing.slice(batch.length)
        } catch (error) {
          if (!(error instanceof ImportUnsettledError)) throw error
          place.onTrouble?.(error.message)
          await settle(guarded, batch)
          const left = await missingOf(place, missing)
          unsettled = left.length < missing.length ? 0 : unsettled + 1
          if (unsettled === mostUnsettled) throw error
          return left
        }
      })
    }
    onImported?.(wanted.length)
  })
}

async function missingOf<Task extends { readonly sample: string }>(
  place: PublishingPlace,
  wanted: readonly Task[],
): Promise<readonly Task[]> {
  const there = await tasksBySample(place)
  return wanted.filter(({ sample }) => !there.has(sample))
}

/** Waits until the batch is there, or has had all the time it gets; that in which the platform is out of reach is none. */
async function settle(place: PublishingPlace, batch: readonly WantedTask[]): Promise<void> {
  for (let waited = 0; waited < 1000 * place.times.settleSeconds; waited += lookInterval) {
    await place.wait(lookInterval, place.signal)
    if ((await patiently(place, () => missingOf(place, batch))).length === 0) return
  }
}
