import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileStore, runLocally } from '../../../functions/local.ts'
import type { ProjectSettings } from '../../../schemas/project.ts'
import type { PhaseName } from '../../../schemas/run.ts'
import { makeTinyProject, tinyRun } from '../../functions/tinyProject.ts'

/** A folder for one file of tests. */
export interface Workplace {
  readonly folder: string
  /** Makes a folder in it. */
  make(name: string): Promise<string>
  remove(): Promise<void>
}

export async function makeWorkplace(name: string): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), `sixteen-${name}-`))
  return {
    folder,
    make: async (inner) => {
      await mkdir(join(folder, inner))
      return join(folder, inner)
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A project folder with a tiny run, as far as the phases go: commands find it as if they had made it. */
export async function makeProject(
  folder: string,
  phases: readonly PhaseName[] = [],
  settings: Partial<ProjectSettings> = {},
): Promise<string> {
  const store = await openFileStore(join(folder, 'store'))
  await makeTinyProject(store, settings)
  if (phases.length > 0) await runLocally({ ...tinyRun, store, phases })
  return folder
}
