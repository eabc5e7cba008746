import { z } from 'zod'
import { Created, DeletedPredictions, PredictedPage, PredictionList } from '../../schemas/labelStudio/api.ts'
import type { ModelVersion } from '../../schemas/modelVersion.ts'
import { checkPrediction } from '../platform/checks.ts'
import {
  NothingToShowError,
  type PaintingForm,
  PlatformError,
  type Prediction,
  type TaskPrediction,
} from '../platform/index.ts'
import type { LabelStudioClient } from './client.ts'
import { RefusedError } from './errors.ts'
import { encodeResult, type LabelConfig, LabelConfigError, MaskError } from './format/index.ts'
import { inParallel } from './inParallel.ts'
import { numberOf } from './numberOf.ts'
import { eachTask } from './pages.ts'
import { fetchProject, requireLabelConfig } from './projects.ts'

/** A prediction as the API takes it, with a task or within one. */
export interface PredictionBody {
  readonly model_version: ModelVersion
  readonly score: number
  readonly result: readonly unknown[]
}

/** @throws PlatformError where it does not fit the form or the configuration */
export function predictionBody(prediction: Prediction, config: LabelConfig, form: PaintingForm): PredictionBody {
  checkPrediction(prediction, form)
  const { version, score } = prediction
  try {
    return { model_version: version, score, result: encodeResult(prediction, config, form) }
  } catch (error) {
    if (error instanceof LabelConfigError || error instanceof MaskError) throw new PlatformError(error.message)
    throw error
  }
}

/** The server cuts the text that names a task's versions here. */
const longestVersionsText = 500

/** Ids of all tasks that have a prediction of this very version, or of those among some. */
export async function tasksPredicted(
  client: LabelStudioClient,
  project: string,
  version: ModelVersion,
  among?: readonly string[],
): Promise<ReadonlySet<string>> {
  const what = `listing the predictions of ${version} in project ${project}`
  if (among !== undefined) {
    const found = new Set<string>()
    await inParallel(among, atOnce, async (task) => {
      if (await hasVersion(client, task, version, what)) found.add(task)
    })
    return found
  }
  // It asks for versions that contain the text: sixteen-v1 finds those of sixteen-v12, too.
  const filter = {
    filter: 'filter:tasks:predictions_model_versions',
    operator: 'contains',
    type: 'List',
    value: [version],
  }
  const tasks = eachTask(client, {
    project: numberOf(project, 'project'),
    filters: [filter],
    pageSize: 200,
    shape: { fields: 'task_only', include: 'id,predictions_model_versions' },
    answer: PredictedPage,
    what,
  })
  const predicted = new Set<string>()
  for await (const { id, predictions_model_versions } of tasks) {
    const versions = predictions_model_versions ?? ''
    const named = versions.split(',').some((name) => name.trim() === version)
    if (named || (versions.length >= longestVersionsText && (await hasVersion(client, id, version, what))))
      predicted.add(id)
  }
  return predicted
}

async function hasVersion(
  client: LabelStudioClient,
  task: string,
  version: ModelVersion,
  what: string,
): Promise<boolean> {
  const call = { method: 'GET', path: '/api/predictions/', query: { task }, answer: PredictionList, what } as const
  return (await client.call(call)).some(({ model_version }) => model_version === version)
}

/** Requests on their way at once. */
const atOnce = 4

/** Adds predictions one by one, since the API takes no list. Where one fails, those before it stay. */
export async function addPredictions(
  client: LabelStudioClient,
  project: string,
  form: PaintingForm,
  predictions: readonly TaskPrediction[],
): Promise<void> {
  const config = await requireLabelConfig(client, project)
  for (const { prediction } of predictions) checkPrediction(prediction, form)
  await inParallel(predictions, atOnce, async ({ task, prediction }) => {
    const body = { task: numberOf(task, 'task'), ...predictionBody(prediction, config, form) }
    const what = `adding a prediction to task ${task}`
    await client.call({ method: 'POST', path: '/api/predictions/', body, answer: Created, what })
  })
}

/**
 * Removes the predictions of one version. The server forgets which version is shown while it does so, even where that is
 * another: it is set again, whatever becomes of the removal.
 * @returns how many there were
 */
export async function removePredictions(
  client: LabelStudioClient,
  project: string,
  version: ModelVersion,
): Promise<number> {
  const { model_version: before } = await fetchProject(client, project)
  const restore = async () => {
    const { model_version: after } = await fetchProject(client, project)
    if (before && before !== after && before !== version) await setShown(client, project, before)
  }
  const call = {
    method: 'DELETE',
    path: `/api/projects/${numberOf(project, 'project')}/model-versions/`,
    body: { model_version: version },
    answer: DeletedPredictions,
    what: `removing the predictions of ${version} from project ${project}`,
    timeout: 300_000,
  } as const
  const removed = await client.call(call).catch(async (failure: unknown) => {
    // The failure of the removal says more than one of setting it again.
    await restore().catch(() => undefined)
    throw failure
  })
  await restore()
  return removed.deleted_predictions
}

/** Makes the label stream show a version's predictions, and reads whether it does. */
export async function show(client: LabelStudioClient, project: string, version: ModelVersion): Promise<void> {
  try {
    await setShown(client, project, version)
  } catch (error) {
    if (error instanceof RefusedError && error.status === 400 && /version doesn't exist/i.test(error.detail)) {
      throw new NothingToShowError(project, version)
    }
    throw error
  }
}

async function setShown(client: LabelStudioClient, project: string, model_version: string): Promise<void> {
  const path = `/api/projects/${numberOf(project, 'project')}/`
  const what = `showing ${model_version} in project ${project}`
  await client.call({ method: 'PATCH', path, body: { model_version }, answer: z.unknown(), what })
  const { model_version: shown } = await fetchProject(client, project)
  if (shown !== model_version) {
    const found = shown ? JSON.stringify(shown) : 'no predictions'
    throw new PlatformError(
      `Project ${project} was told to show ${model_version}, but shows ${found}: someone may have changed it meanwhile. ` +
        'Choose the version under Settings → Annotation, or try again.',
    )
  }
}
