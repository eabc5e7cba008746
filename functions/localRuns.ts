/** Finds the run that a project's present inputs ask for. */
import type { Store } from '../integrations/storage/index.ts'
import type { ProjectKeys } from '../integrations/storage/keys.ts'
import type { Run } from '../schemas/run.ts'
import { type RunInputs, runInputs } from './factory/runInputs.ts'
import { readAnnotations } from './gpu/jobs/annotations.ts'
import { readProject } from './gpu/jobs/context.ts'
import { listRuns } from './runs.ts'

/**
 * The inputs of a run that would begin now: see `runInputs`.
 * @throws JobError where nothing is annotated, or an annotation does not fit the project
 */
export async function presentInputs(store: Store, keys: ProjectKeys): Promise<RunInputs> {
  const project = await readProject({ store, keys })
  const painted = await readAnnotations({ store, keys }, project)
  return runInputs(
    project,
    painted.map(({ annotation }) => annotation),
  )
}

/** The newest run with the project's present inputs; undefined where there is none. Begins nothing. */
export async function findRun(store: Store, keys: ProjectKeys): Promise<Run | undefined> {
  const { inputs } = await presentInputs(store, keys)
  return (await listRuns(store, keys)).findLast((run) => run.inputs === inputs)
}
