/** What the edge reads of the store. */
import { getJson, type Store } from '../../integrations/storage/index.ts'
import { projectKeys, type RunKeys } from '../../integrations/storage/keys.ts'
import { Project } from '../../schemas/project.ts'
import { Run, type RunVersion, runNumber } from '../../schemas/run.ts'
import { listProjectNames } from '../projectNames.ts'
import { listRuns as runsOf } from '../runs.ts'
import { NotFoundError } from './errors.ts'
import type { ProjectPath, RunPath } from './paths.ts'

/** @throws NotFoundError where there is no such project, InvalidRecordError */
export async function readProject(store: Store, { platform, id }: ProjectPath): Promise<Project> {
  const record = await getJson(store, projectKeys(platform, id).project, Project)
  if (record === undefined)
    throw new NotFoundError(`there is no project ${platform}/${id}: GET /api/projects lists them`)
  return record.value
}

/**
 * The runs of a project, or of all, oldest first. A project that is not there has none.
 * @throws InvalidRecordError
 */
export async function listRuns(store: Store, project?: ProjectPath): Promise<readonly Run[]> {
  if (project !== undefined) return runsOf(store, projectKeys(project.platform, project.id))
  const all = (await listProjectNames(store)).map(({ platform, id }) => runsOf(store, projectKeys(platform, id)))
  return (await Promise.all(all)).flat().toSorted((a, b) => runNumber(a.version) - runNumber(b.version))
}

/** Versions of the runs that are done, each once, oldest first. @throws InvalidRecordError */
export async function doneVersions(store: Store, project?: ProjectPath): Promise<readonly RunVersion[]> {
  const done = (await listRuns(store, project)).filter(({ state }) => state === 'done')
  return [...new Set(done.map(({ version }) => version))]
}

/** @throws NotFoundError where there is no such run, InvalidRecordError */
export async function readRun(store: Store, path: RunPath): Promise<Run> {
  const record = await getJson(store, runKeysOf(path).run, Run)
  if (record !== undefined) return record.value
  await readProject(store, path)
  throw new NotFoundError(`project ${path.platform}/${path.id} has no run ${path.version}`)
}

export function runKeysOf({ platform, id, version }: RunPath): RunKeys {
  return projectKeys(platform, id).run(version)
}
