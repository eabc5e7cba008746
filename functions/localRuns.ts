/** Finds or begins the run that a project's present inputs ask for. */
import { AlreadyExistsError, createJson, listJson, type Store } from '../integrations/storage/index.ts'
import type { ProjectKeys } from '../integrations/storage/keys.ts'
import { Run, type RunVersion, runNumber, runVersion } from '../schemas/run.ts'
import { runInputs } from './factory/runInputs.ts'
import { newRun } from './factory/runRecord.ts'
import { readAnnotations } from './gpu/jobs/annotations.ts'
import { readProject } from './gpu/jobs/context.ts'

/** All runs of a project, oldest first. */
export async function listRuns(store: Store, keys: ProjectKeys): Promise<readonly Run[]> {
  const runs = await listJson(store, keys.runs, (key) => key.endsWith('/run.json'), Run)
  return runs.toSorted((a, b) => runNumber(a.version) - runNumber(b.version))
}

/**
 * The inputs of a run that would begin now: see `runInputs`.
 * @throws JobError where nothing is annotated, or an annotation does not fit the project
 */
export async function presentInputs(store: Store, keys: ProjectKeys): Promise<string> {
  const project = await readProject({ store, keys })
  const painted = await readAnnotations({ store, keys }, project)
  return runInputs(
    project,
    painted.map(({ annotation }) => annotation),
  )
}

/** The newest run with the project's present inputs; undefined where there is none. Begins nothing. */
export async function findRun(store: Store, keys: ProjectKeys): Promise<Run | undefined> {
  const inputs = await presentInputs(store, keys)
  return (await listRuns(store, keys)).findLast((run) => run.inputs === inputs)
}

/** The newest run with these inputs, else a new one. Two callers at once get the same. */
export async function openRun(store: Store, keys: ProjectKeys, inputs: string, now: () => Date): Promise<RunVersion> {
  for (;;) {
    const runs = await listRuns(store, keys)
    const same = runs.findLast((run) => run.inputs === inputs)
    if (same !== undefined) return same.version
    const last = runs.at(-1)
    const version = runVersion(last === undefined ? 1 : runNumber(last.version) + 1)
    try {
      await createJson(store, keys.run(version).run, Run, newRun(version, inputs, now()))
      return version
    } catch (error) {
      if (!(error instanceof AlreadyExistsError)) throw error
    }
  }
}
