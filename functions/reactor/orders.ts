/** What a person ordered by an event, done at once: which version is shown, which predictions go, what is pushed. */
import type { PaintingForm } from '../../integrations/platform/index.ts'
import { encodeJson, getJson, overwrite } from '../../integrations/storage/index.ts'
import type { Event } from '../../schemas/event.ts'
import { Project } from '../../schemas/project.ts'
import { TrainRequest } from '../../schemas/projectState.ts'
import { openPredictions } from '../publishing/predictions.ts'
import { predictTasks } from '../publishing/predictTasks.ts'
import { servedRun } from '../publishing/servedRun.ts'
import { chooseVersion } from '../publishing/showVersion.ts'
import { listRuns } from '../runs.ts'
import type { ReactorPlace } from './context.ts'
import { wantPredictions } from './wantPredictions.ts'

/** Kinds of events that only say that it is time to look. */
const looks: ReadonlySet<Event['kind']> = new Set(['project', 'annotations', 'tasks', 'reconcile'])

/** Whether there is more to an event than a look. */
export function isOrder({ kind }: Event): boolean {
  return !looks.has(kind)
}

/** Carries out one order; done again, it changes nothing. @throws PlatformError, StorageError */
export async function carryOutOrder(place: ReactorPlace, event: Event): Promise<void> {
  const { store, keys, platform, project, log, now } = place
  const { kind, version } = event
  if (kind === 'train') {
    const request: TrainRequest = { schemaVersion: 1, at: now().toISOString() }
    await overwrite(store, keys.trainRequest, encodeJson(keys.trainRequest, TrainRequest, request))
  } else if (kind === 'serve' && version !== undefined) {
    const newest = (await listRuns(store, keys)).findLast(({ state }) => state === 'done')
    await chooseVersion(place, version, version !== newest?.version)
    log.info({ project: keys.root, version }, 'a person chose the version that is shown')
  } else if (kind === 'forget' && version !== undefined) {
    const removed = await platform.removePredictions(project, version)
    log.info({ project: keys.root, version, removed }, 'predictions were taken away')
  } else if (kind === 'push') {
    await push(place, event.tasks)
  } else if (kind === 'predict') {
    await wantPredictions(place, event.tasks)
  }
}

/** Gives tasks the predictions that were too many or too large to answer with. */
async function push(place: ReactorPlace, tasks: readonly string[]): Promise<void> {
  const { store, keys, platform, project: id } = place
  const version = await servedRun(place)
  const project = (await getJson(store, keys.project, Project))?.value
  if (version === undefined || project === undefined) return
  const predictions = await openPredictions(store, keys, version)
  if (predictions === undefined) return
  const wanted = new Set(tasks)
  const found: { task: string; sample: string }[] = []
  for await (const { id: task, sample } of platform.listTasks(id))
    if (wanted.has(task) && predictions.has(sample)) found.push({ task, sample })
  const { labelWidth: width, labelHeight: height } = project.settings
  const form: PaintingForm = { parts: predictions.parts, width, height }
  // A platform that is out of reach is a matter of the queue: the order comes again.
  const times = { ...place.times, patienceSeconds: 0 }
  const publishing = { ...place, times, now: () => place.now().getTime(), onTrouble: undefined }
  const loads = found.map(({ task, sample }) => ({ task, load: () => predictions.load(sample) }))
  await predictTasks(publishing, form, version, loads)
}
