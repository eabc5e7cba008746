/** Predictions for the tasks that wait for one: their images are not ours, and nobody could answer at once. */
import type { PaintingForm } from '../../../integrations/platform/index.ts'
import { getJson, listJson, MissingError, type Store, updateJson } from '../../../integrations/storage/index.ts'
import type { ProjectKeys } from '../../../integrations/storage/keys.ts'
import { draftVersion } from '../../../schemas/modelVersion.ts'
import { PredictionRequest } from '../../../schemas/predictionRequest.ts'
import { Project } from '../../../schemas/project.ts'
import { Serving } from '../../../schemas/projectState.ts'
import { patiently } from '../../publishing/patience.ts'
import type { PublishingPlace } from '../../publishing/place.ts'
import type { Engine } from '../onnx/engine.ts'
import { JobError } from './context.ts'
import { type LabelledTask, labelTasks, type UnlabelledTask } from './labelTasks.ts'
import { openPredictor, type Predictor } from './predict.ts'

/** Tasks that are looked at together. */
const batchSize = 20
/** Attempts at an image whose server is out of reach. */
const mostFailures = 5

/**
 * Labels the images of all tasks that wait, and pushes the predictions with the version that the project shows. A task that
 * has one already, is gone, or shows no image that can be read waits no longer.
 * @throws JobError where images could not be had that may be had later; PlatformError; StorageError; the signal's reason
 */
export async function predictRequested(place: PublishingPlace, engine: Engine): Promise<void> {
  const { store, keys } = place
  const opened = await openServed(place, engine)
  if (opened === undefined) {
    // Without a segmenter nothing can be done, and nobody asks before there is one.
    for await (const key of store.list(keys.predictionRequests)) await store.remove(key)
    return
  }
  const { predictor, project } = opened
  const left = new Map<string, string>()
  try {
    for (;;) {
      const waiting = await listRequests(store, keys)
      const batch = waiting.filter(({ task }) => !left.has(task)).slice(0, batchSize)
      if (batch.length === 0) break
      for (const { task, reason } of await predictBatch(place, predictor, project, batch)) left.set(task, reason)
    }
  } finally {
    await predictor.release()
  }
  const [reason] = left.values()
  if (reason !== undefined)
    throw new JobError(`${left.size} images could not be read, and are tried again later; of one: ${reason}`)
}

async function openServed({ store, keys }: PublishingPlace, engine: Engine) {
  const version = (await getJson(store, keys.serving, Serving))?.value.version
  const project = (await getJson(store, keys.project, Project))?.value
  if (version === undefined || version === draftVersion || project === undefined) return undefined
  const run = keys.run(version)
  if ((await store.head(run.segmenterRecord)) === undefined) return undefined
  return { project, predictor: await openPredictor({ store, run, version, engine }) }
}

const listRequests = (store: Store, keys: ProjectKeys): Promise<readonly PredictionRequest[]> =>
  listJson(store, keys.predictionRequests, () => true, PredictionRequest)

/** @returns those that are to be tried again */
async function predictBatch(
  place: PublishingPlace,
  predictor: Predictor,
  project: Project,
  requests: readonly PredictionRequest[],
): Promise<readonly UnlabelledTask[]> {
  const { store, keys, platform, signal, onTrouble } = place
  const version = predictor.record.run
  const others = await patiently(place, async () => {
    const predicted = await platform.tasksPredicted(place.project, version)
    const asked = requests.map(({ task }) => task).filter((task) => !predicted.has(task))
    return asked.length === 0 ? [] : await platform.listOtherTasks(place.project, asked)
  })
  const unread: UnlabelledTask[] = []
  const open = new Set(requests.map(({ task }) => task))
  for await (const item of labelTasks(predictor, platform, place.project, others, signal)) {
    if ('labelMap' in item) await push(place, predictor, project, item)
    else if (await isTriedAgain(store, keys, item)) {
      unread.push(item)
      open.delete(item.task)
    } else onTrouble?.(`task ${item.task} gets no prediction: ${item.reason}`)
  }
  for (const task of open) await store.remove(keys.predictionRequest(task))
  return unread
}

async function push(place: PublishingPlace, { record }: Predictor, project: Project, labelled: LabelledTask) {
  const { labelMap, score, task } = labelled
  const { width, height } = labelMap
  const form: PaintingForm = { parts: presentNames(record.parts, project), width, height }
  const prediction = { version: record.run, score, labelMap }
  let tried = false
  await patiently(place, async () => {
    // After a failure it may be there.
    const isThere = tried && (await place.platform.tasksPredicted(place.project, record.run)).has(task)
    tried = true
    if (!isThere) await place.platform.addPredictions(place.project, form, [{ task, prediction }])
  })
}

/** Parts as the platform calls them today. */
function presentNames(parts: Predictor['record']['parts'], { labelList, life }: Project): readonly string[] {
  const present = new Set(labelList.parts.map(({ name }) => name))
  return parts.map(({ name }) => (present.has(name) ? name : (life.labelAliases[name] ?? name)))
}

async function isTriedAgain(store: Store, keys: ProjectKeys, { task, mayPass }: UnlabelledTask): Promise<boolean> {
  if (!mayPass) return false
  try {
    const { value } = await updateJson(store, keys.predictionRequest(task), PredictionRequest, (request) => ({
      ...request,
      failures: request.failures + 1,
    }))
    return value.failures < mostFailures
  } catch (error) {
    if (error instanceof MissingError) return false
    throw error
  }
}
