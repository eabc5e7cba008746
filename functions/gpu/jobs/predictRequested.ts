/** Predictions for the tasks that wait for one: their images are not ours, and nobody could answer at once. */
import { type PaintingForm, PlatformError, PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { getJson, MissingError, updateJson } from '../../../integrations/storage/index.ts'
import { PredictionRequest } from '../../../schemas/predictionRequest.ts'
import { Project } from '../../../schemas/project.ts'
import { isDue, mostFailures, postpone } from '../../factory/life/predictionRequests.ts'
import { presentNames } from '../../factory/life/presentNames.ts'
import { patiently } from '../../publishing/patience.ts'
import type { PublishingPlace } from '../../publishing/place.ts'
import { servedRun } from '../../publishing/servedRun.ts'
import type { Engine } from '../onnx/engine.ts'
import { JobError } from './context.ts'
import { type LabelledTask, labelTasks, type UnlabelledTask } from './labelTasks.ts'
import { openPredictor, type Predictor } from './predict.ts'

/** Tasks that are looked at together. */
const batchSize = 20

/**
 * Labels the images of all tasks whose time has come, and pushes the predictions with the version that the project shows. A
 * task that has one already, is gone, or shows no image that can be read waits no longer. Where that version has no
 * segmenter, all wait on.
 * @throws JobError where images could not be had that may be had later; PlatformError; StorageError; the signal's reason
 */
export async function predictRequested(place: PublishingPlace, engine: Engine): Promise<void> {
  const opened = await openServed(place, engine)
  if (opened === undefined) return
  const { predictor, project } = opened
  const seen = new Set<string>()
  const left: string[] = []
  try {
    for (;;) {
      const waiting = await listWaiting(place, seen)
      if (waiting.length === 0) break
      for (const task of waiting) seen.add(task)
      for (let start = 0; start < waiting.length; start += batchSize)
        left.push(...(await predictBatch(place, predictor, project, waiting.slice(start, start + batchSize))))
    }
  } finally {
    await predictor.release()
  }
  const [reason] = left
  if (reason !== undefined)
    throw new JobError(`${left.length} images could not be labelled, and are tried again later; of one: ${reason}`)
}

async function openServed(place: PublishingPlace, engine: Engine) {
  const { store, keys } = place
  const version = await servedRun(place)
  const project = (await getJson(store, keys.project, Project))?.value
  if (version === undefined || project === undefined) return undefined
  const run = keys.run(version)
  if ((await store.head(run.segmenterRecord)) === undefined) return undefined
  return { project, predictor: await openPredictor({ store, run, version, engine }) }
}

/** Tasks whose time has come, of those not seen yet. */
async function listWaiting({ store, keys, now }: PublishingPlace, seen: ReadonlySet<string>): Promise<string[]> {
  const tasks: string[] = []
  for await (const key of store.list(keys.predictionRequests)) {
    const request = (await getJson(store, key, PredictionRequest))?.value
    if (request !== undefined && !seen.has(request.task) && isDue(request, new Date(now()))) tasks.push(request.task)
  }
  return tasks
}

/** @returns why some are to be tried again */
async function predictBatch(
  place: PublishingPlace,
  predictor: Predictor,
  project: Project,
  asked: readonly string[],
): Promise<readonly string[]> {
  const { store, keys, platform, signal } = place
  const version = predictor.record.run
  const others = await patiently(place, async () => {
    const predicted = await platform.tasksPredicted(place.project, version, asked)
    const missing = asked.filter((task) => !predicted.has(task))
    return missing.length === 0 ? [] : await platform.listOtherTasks(place.project, missing)
  })
  const wanted = new Set(others.map(({ id }) => id))
  for (const task of asked) if (!wanted.has(task)) await store.remove(keys.predictionRequest(task))
  const again: string[] = []
  for await (const item of labelTasks(predictor, platform, place.project, others, signal)) {
    const failure = 'labelMap' in item ? await push(place, predictor, project, item) : item
    if (failure !== undefined && (await isTriedAgain(place, failure))) {
      again.push(failure.reason)
      continue
    }
    if (failure !== undefined) place.onGivenUp?.(`task ${item.task} gets no prediction: ${failure.reason}`)
    await store.remove(keys.predictionRequest(item.task))
  }
  return again
}

/** Gives the task its prediction, unless it got one meanwhile. @returns why the platform does not take it */
async function push(
  place: PublishingPlace,
  { record }: Predictor,
  project: Project,
  { labelMap, score, task }: LabelledTask,
): Promise<UnlabelledTask | undefined> {
  const { platform } = place
  const { width, height } = labelMap
  const present = new Set(project.labelList.parts.map(({ name }) => name))
  const parts = presentNames(
    record.parts.map(({ name }) => name),
    present,
    project.life,
  )
  const form: PaintingForm = { parts, width, height }
  const prediction = { version: record.run, score, labelMap }
  try {
    await patiently(place, async () => {
      const predicted = await platform.tasksPredicted(place.project, record.run, [task])
      if (!predicted.has(task)) await platform.addPredictions(place.project, form, [{ task, prediction }])
    })
    return undefined
  } catch (error) {
    if (!(error instanceof PlatformError) || error instanceof PlatformUnavailableError) throw error
    // One that is refused must not keep the others from theirs.
    return { task, reason: error.message, mayPass: true }
  }
}

async function isTriedAgain({ store, keys, now }: PublishingPlace, failed: UnlabelledTask): Promise<boolean> {
  if (!failed.mayPass) return false
  try {
    const key = keys.predictionRequest(failed.task)
    const { value } = await updateJson(store, key, PredictionRequest, (request) => postpone(request, new Date(now())))
    return value.failures < mostFailures
  } catch (error) {
    if (error instanceof MissingError) return false
    throw error
  }
}
