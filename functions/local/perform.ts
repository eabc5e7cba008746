/** How this machine does the work that the reactor starts. */
import type { AnnotationPlatform } from '../../integrations/platform/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import { type Work, WorkflowError } from '../../integrations/workflow/index.ts'
import type { Platform } from '../../schemas/project.ts'
import type { JobProgress } from '../gpu/jobs/context.ts'
import { predictRequested } from '../gpu/jobs/predictRequested.ts'
import { requireInputs } from '../gpu/jobs/runInputs.ts'
import { progressRecord } from '../gpu/jobs/running/progressRecord.ts'
import { makeSeeds } from '../gpu/jobs/running/recordedSeeds.ts'
import type { SeedsContext } from '../gpu/jobs/seeds.ts'
import type { Device } from '../gpu/onnx/device.ts'
import { withEngine } from '../gpu/onnx/withEngine.ts'
import { runLocally } from '../local.ts'
import type { PublishingPlace, PublishingTimes } from '../publishing/place.ts'
import type { LocalRunOptions } from './options.ts'

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
    onTrouble: (message) => options.onTrouble?.(work, `tried again: ${message}`),
    onGivenUp: (message) => options.onTrouble?.(work, message),
  }
  if (work.kind === 'seeds') await makeSeeds(options, place)
  else if (work.kind === 'predictions') await withEngine(options, (engine) => predictRequested(place, engine))
  else await makeRun(options, work, place, signal)
}

async function makeRun(
  options: PerformOptions,
  work: Work & { readonly kind: 'run' },
  publishing: PublishingPlace,
  signal: AbortSignal,
): Promise<void> {
  const { store, device, threads, tuning, evaluation, now } = options
  signal.throwIfAborted()
  await requireInputs(store, publishing.keys, work.version)
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
