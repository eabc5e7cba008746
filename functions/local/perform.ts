/** How this machine does the work that the reactor starts. */
import { availableParallelism } from 'node:os'
import type { AnnotationPlatform } from '../../integrations/platform/index.ts'
import { getJson, type Store, updateJson } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import { type Work, WorkflowError } from '../../integrations/workflow/index.ts'
import type { Platform } from '../../schemas/project.ts'
import { Run, type RunVersion } from '../../schemas/run.ts'
import { SeedList } from '../../schemas/seedList.ts'
import type { JobProgress } from '../gpu/jobs/context.ts'
import { type SeedsContext, seeds } from '../gpu/jobs/seeds.ts'
import type { Device } from '../gpu/onnx/device.ts'
import { openEngine } from '../gpu/onnx/engine.ts'
import { runLocally } from '../local.ts'
import { presentInputs } from '../localRuns.ts'
import type { PublishingPlace, PublishingTimes } from '../publishing/place.ts'
import type { LocalRunOptions } from './options.ts'
import { progressRecord } from './progressRecord.ts'

export interface PerformOptions {
  readonly store: Store
  readonly platformOf: (name: Platform) => AnnotationPlatform | undefined
  readonly device: Device
  /** Default: all cores. */
  readonly threads?: number | undefined
  readonly times: PublishingTimes
  readonly now: () => Date
  readonly wait: PublishingPlace['wait']
  readonly newId: () => string
  readonly draft?: SeedsContext['draft']
  readonly tuning?: LocalRunOptions['tuning']
  readonly evaluation?: LocalRunOptions['evaluation']
  readonly onTrouble?: (work: Work, message: string) => void
  readonly onProgress?: (work: Work, progress: JobProgress) => void
}

/** Does one piece of work to its end. @throws what goes wrong; the signal's reason */
export async function perform(options: PerformOptions, work: Work, signal: AbortSignal): Promise<void> {
  const { store, platformOf, times, now, wait, newId } = options
  const platform = platformOf(work.platform)
  if (platform === undefined) throw new WorkflowError(`the platform ${work.platform} is not set up here`)
  const keys = projectKeys(work.platform, work.project)
  const place: PublishingPlace = {
    store,
    keys,
    platform,
    project: work.project,
    times,
    now: () => now().getTime(),
    wait,
    newId,
    signal,
    onTrouble: (message) => options.onTrouble?.(work, message),
  }
  if (work.kind === 'seeds') await makeSeeds(options, place)
  else await makeRun(options, work, place, signal)
}

async function makeSeeds({ device, threads, draft }: PerformOptions, place: PublishingPlace): Promise<void> {
  const engine = openEngine({ device, threads: threads ?? availableParallelism() })
  const { store, keys } = place
  const recordFailure = (failure: string | undefined): Promise<unknown> =>
    updateJson(store, keys.seeds, SeedList, ({ failure: _, ...list }) =>
      failure === undefined ? list : { ...list, failure },
    )
  try {
    await seeds({ ...place, engine, draft })
    await recordFailure(undefined)
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    // What went wrong counts, not that a full disk does not take the record of it either.
    if (!place.signal?.aborted) await recordFailure(failure).catch(() => undefined)
    throw error
  } finally {
    await engine.close()
  }
}

async function makeRun(
  options: PerformOptions,
  work: Work & { readonly kind: 'run' },
  publishing: PublishingPlace,
  signal: AbortSignal,
): Promise<void> {
  const { store, device, threads, tuning, evaluation, now } = options
  signal.throwIfAborted()
  await requireInputs(publishing, work.version)
  const key = publishing.keys.run(work.version).progress
  const progress = progressRecord(store, key, work.version, () => now().getTime())
  try {
    await runLocally({
      store,
      platform: work.platform,
      project: work.project,
      version: work.version,
      device,
      publishing,
      signal,
      now,
      ...(threads === undefined ? {} : { threads }),
      ...(tuning === undefined ? {} : { tuning }),
      ...(evaluation === undefined ? {} : { evaluation }),
      onProgress: (event) => {
        progress.onProgress(event)
        options.onProgress?.(work, event)
      },
    })
  } finally {
    await progress.settled()
  }
}

/**
 * A run reads paintings and settings from the store as they are now: those of a run that began since are none of it.
 * @throws WorkflowError where they are not what it was made from
 */
async function requireInputs({ store, keys }: PublishingPlace, version: RunVersion): Promise<void> {
  const run = (await getJson(store, keys.run(version).run, Run))?.value
  if (run === undefined) throw new WorkflowError(`there is no run ${version}: ask for a new one`)
  const { inputs } = await presentInputs(store, keys)
  if (run.inputs !== inputs)
    throw new WorkflowError(`paintings, labels or settings changed since ${version} was begun: ask for a new run`)
}
