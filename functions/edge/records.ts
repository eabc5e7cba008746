/** What the edge reads of the store. */
import { getJson, type Store } from '../../integrations/storage/index.ts'
import { projectKeys, type RunKeys } from '../../integrations/storage/keys.ts'
import { Project } from '../../schemas/project.ts'
import { Run, runNumber } from '../../schemas/run.ts'
import { NotFoundError } from './errors.ts'
import type { ProjectPath, RunPath } from './paths.ts'

const projectRecord = /^projects\/[^/]+\/project\.json$/
const runRecord = /^projects\/[^/]+\/runs\/[^/]+\/run\.json$/

async function keysLike(store: Store, prefix: string, pattern: RegExp): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const key of store.list(prefix)) if (pattern.test(key)) keys.push(key)
  return keys
}

/** All projects, in the order of their keys. @throws InvalidRecordError */
export async function listProjects(store: Store): Promise<readonly Project[]> {
  const keys = await keysLike(store, 'projects/', projectRecord)
  const records = await Promise.all(keys.map((key) => getJson(store, key, Project)))
  return records.flatMap((record) => (record === undefined ? [] : [record.value]))
}

/** @throws NotFoundError where there is no such project, InvalidRecordError */
export async function readProject(store: Store, { platform, id }: ProjectPath): Promise<Project> {
  const record = await getJson(store, projectKeys(platform, id).project, Project)
  if (record === undefined) throw new NotFoundError(`there is no project ${platform}/${id}: GET /projects lists them`)
  return record.value
}

/** The runs of a project, or of all, oldest first. @throws NotFoundError where there is no such project, InvalidRecordError */
export async function listRuns(store: Store, project?: ProjectPath): Promise<readonly Run[]> {
  if (project !== undefined) await readProject(store, project)
  const prefix = project === undefined ? 'projects/' : projectKeys(project.platform, project.id).runs
  const keys = await keysLike(store, prefix, runRecord)
  const records = await Promise.all(keys.map((key) => getJson(store, key, Run)))
  const runs = records.flatMap((record) => (record === undefined ? [] : [record.value]))
  return runs.toSorted((a, b) => runNumber(a.version) - runNumber(b.version))
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
