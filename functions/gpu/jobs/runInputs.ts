import { getJson, type Store } from '../../../integrations/storage/index.ts'
import type { ProjectKeys } from '../../../integrations/storage/keys.ts'
import { Run, type RunVersion } from '../../../schemas/run.ts'
import { type RunInputs, runInputs } from '../../factory/runInputs.ts'
import { readAnnotations } from './annotations.ts'
import { JobError, readProject } from './context.ts'

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

/**
 * A run reads paintings and settings from the store as they are now: those of a run that began since are none of it.
 * @throws JobError where they are not what it was made from
 */
export async function requireInputs(store: Store, keys: ProjectKeys, version: RunVersion): Promise<void> {
  const run = (await getJson(store, keys.run(version).run, Run))?.value
  if (run === undefined) throw new JobError(`there is no run ${version}: ask for a new one`)
  const { inputs } = await presentInputs(store, keys)
  if (run.inputs !== inputs)
    throw new JobError(`paintings, labels or settings changed since ${version} was begun: ask for a new run`)
}
