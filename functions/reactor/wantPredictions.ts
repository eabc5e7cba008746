/** Tasks whose images are not ours, and that wait for a prediction. */
import { AlreadyExistsError, createJson, getJson } from '../../integrations/storage/index.ts'
import { PredictionRequest } from '../../schemas/predictionRequest.ts'
import { isDue } from '../factory/life/predictionRequests.ts'
import { servedRun } from '../publishing/servedRun.ts'
import type { ReactorPlace } from './context.ts'

/** Notes down that these tasks are to be labelled; one that waits already waits on. @throws StorageError */
export async function wantPredictions({ store, keys, now }: ReactorPlace, tasks: readonly string[]): Promise<void> {
  for (const task of tasks) {
    const request = { schemaVersion: 1, task, at: now().toISOString(), failures: 0 } as const
    await createJson(store, keys.predictionRequest(task), PredictionRequest, request).catch((error: unknown) => {
      if (!(error instanceof AlreadyExistsError)) throw error
    })
  }
}

/**
 * Begins the work where the time of any task has come, and the version shown has a segmenter: until then they wait.
 * @throws StorageError, WorkflowError
 */
export async function beginPredictions(place: ReactorPlace): Promise<void> {
  const { store, keys, workflow, platform, project, log } = place
  if (!(await isAnyDue(place))) return
  const version = await servedRun(place)
  if (version === undefined || (await store.head(keys.run(version).segmenterRecord)) === undefined) return
  if (await workflow.start({ platform: platform.name, project, kind: 'predictions' }))
    log.info({ project: keys.root }, 'images are being labelled')
}

async function isAnyDue({ store, keys, now }: ReactorPlace): Promise<boolean> {
  for await (const key of store.list(keys.predictionRequests)) {
    const request = (await getJson(store, key, PredictionRequest))?.value
    if (request !== undefined && isDue(request, now())) return true
  }
  return false
}
