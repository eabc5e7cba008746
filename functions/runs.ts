/** The runs of a project as the store holds them. */
import { AlreadyExistsError, createJson, readEach, type Store } from '../integrations/storage/index.ts'
import type { ProjectKeys } from '../integrations/storage/keys.ts'
import { Run, type RunVersion, runNumber, runVersion } from '../schemas/run.ts'
import type { RunInputs } from './factory/runInputs.ts'
import { newRun } from './factory/runRecord.ts'

/** All runs of a project, oldest first. @throws InvalidRecordError */
export async function listRuns(store: Store, keys: Pick<ProjectKeys, 'runs'>): Promise<readonly Run[]> {
  const runs = await readEach(store, keys.runs, 'run.json', Run)
  return runs.toSorted((a, b) => runNumber(a.version) - runNumber(b.version))
}

/** The newest run with these inputs, else a new one. Two callers at once get the same. */
export async function openRun(
  store: Store,
  keys: ProjectKeys,
  inputs: RunInputs,
  now: () => Date,
): Promise<RunVersion> {
  for (;;) {
    const runs = await listRuns(store, keys)
    const same = runs.findLast((run) => run.inputs === inputs.inputs)
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
