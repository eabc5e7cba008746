/** Finds the run that a project's present inputs ask for. */
import type { Store } from '../integrations/storage/index.ts'
import type { ProjectKeys } from '../integrations/storage/keys.ts'
import type { Run } from '../schemas/run.ts'
import { presentInputs } from './gpu/jobs/runInputs.ts'
import { listRuns } from './runs.ts'

/** The newest run with the project's present inputs; undefined where there is none. Begins nothing. */
export async function findRun(store: Store, keys: ProjectKeys): Promise<Run | undefined> {
  const { inputs } = await presentInputs(store, keys)
  return (await listRuns(store, keys)).findLast((run) => run.inputs === inputs)
}
