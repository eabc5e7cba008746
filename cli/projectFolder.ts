/** A project folder on disk: the store with the project's objects, and what is exported beside it. */
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findRun, listRuns } from '../functions/local.ts'
import { errorCode, storageFailure } from '../integrations/storage/file-system.ts'
import { openFileStore } from '../integrations/storage/fs.ts'
import { getJson, type Store, updateJson } from '../integrations/storage/index.ts'
import { type ProjectKeys, projectKeys } from '../integrations/storage/keys.ts'
import { maximumShards, Project, type ProjectSettings } from '../schemas/project.ts'
import type { Run, RunVersion } from '../schemas/run.ts'
import { UsageError } from './errors.ts'
import { holdsStore } from './holdsStore.ts'
import { importMark, projectId } from './importSeeds.ts'

export { importSeeds, projectId } from './importSeeds.ts'

export interface ProjectFolder {
  readonly folder: string
  readonly store: Store
  readonly keys: ProjectKeys
}

/** Makes the folder if it is not there. @throws StorageError where it cannot be made */
export async function makeProjectFolder(folder: string): Promise<ProjectFolder> {
  await makeFolders(join(folder, 'store')).catch((error: unknown) => {
    throw storageFailure(error, 'make the project', folder)
  })
  return openFolder(folder)
}

async function openFolder(folder: string): Promise<ProjectFolder> {
  return { folder, store: await openFileStore(join(folder, 'store')), keys: projectKeys('local', projectId) }
}

/** Node's own recursive mkdir never ends where a file system takes no folders, as /proc. */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolders(dirname(path))
    await mkdir(path)
  }
}

/** Opens a project folder that is there; makes nothing. @throws UsageError where the folder holds no project */
export async function openProjectFolder(folder: string): Promise<ProjectFolder> {
  if (!(await holdsStore(folder))) throw noProject(folder)
  const opened = await openFolder(folder)
  await requireProject(opened)
  return opened
}

/** The project of a folder, if it is one. */
export async function findProject(folder: string): Promise<Project | undefined> {
  if (!(await holdsStore(folder))) return undefined
  const { store, keys } = await openFolder(folder)
  return (await getJson(store, keys.project, Project))?.value
}

/** @throws UsageError where the folder holds no project yet, or its seeds were not read in to the end */
export async function requireProject({ folder, store, keys }: ProjectFolder): Promise<Project> {
  const project = await getJson(store, keys.project, Project)
  if ((await store.head(importMark(keys))) !== undefined)
    throw new UsageError(
      `${folder}: reading the seeds in was interrupted; do it again with  sixteen train ${folder} --seeds FOLDER`,
    )
  if (project === undefined) throw noProject(folder)
  return project.value
}

/**
 * Changes settings of an existing project.
 * @throws UsageError where they ask for more images than its runs can hold
 */
export async function changeSettings(
  { store, keys }: ProjectFolder,
  settings: Partial<ProjectSettings>,
): Promise<Project> {
  const changed = await updateJson(store, keys.project, Project, (project) => {
    const wanted = { ...project.settings, ...settings }
    const most = wanted.shardSize * maximumShards
    if (wanted.samplesPerRun > most)
      throw new UsageError(`${wanted.samplesPerRun} images are more than a run of this project holds, which is ${most}`)
    return { ...project, settings: wanted }
  })
  return changed.value
}

/**
 * A run whose dataset is complete: the one asked for, else the newest.
 * @throws UsageError where there is none
 */
export async function completeRun(
  { store, keys, folder }: ProjectFolder,
  version: RunVersion | undefined,
): Promise<RunVersion> {
  for (const run of (await listRuns(store, keys)).toReversed())
    if ((version ?? run.version) === run.version && (await store.head(keys.run(run.version).manifest)) !== undefined)
      return run.version
  const which = version === undefined ? 'generated dataset' : `dataset ${version}`
  throw new UsageError(`${folder} holds no ${which} yet: make one with  sixteen generate ${folder}`)
}

/**
 * The run with the present seeds and settings, whose images were generated.
 * @throws UsageError where there is none
 */
export async function generatedRun({ store, keys, folder }: ProjectFolder): Promise<Run> {
  const run = await findRun(store, keys)
  if (run === undefined || (await store.head(keys.run(run.version).shard(0))) === undefined)
    throw new UsageError(
      `nothing is generated in ${folder} with its present seeds and settings: begin with  sixteen generate ${folder}`,
    )
  return run
}

function noProject(folder: string): UsageError {
  return new UsageError(`${folder} holds no project yet: begin with  sixteen train ${folder} --seeds FOLDER`)
}
