/** Tasks whose images are not ours, and that wait for a prediction. */
import { AlreadyExistsError, createJson } from '../../integrations/storage/index.ts'
import { PredictionRequest } from '../../schemas/predictionRequest.ts'
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

/** Begins the work where any task waits. @throws StorageError, WorkflowError */
export async function beginPredictions(place: ReactorPlace): Promise<void> {
  const { store, keys, workflow, platform, project, log } = place
  for await (const _ of store.list(keys.predictionRequests)) {
    if (await workflow.start({ platform: platform.name, project, kind: 'predictions' }))
      log.info({ project: keys.root }, 'images are being labelled')
    return
  }
}
