/** A project of the embedded generator that is trained in seconds, in a folder, with a run that was only begun. */
import { importSeeds, projectId } from '../../cli/importSeeds.ts'
import { presentInputs } from '../../functions/gpu/jobs/runInputs.ts'
import { openRun } from '../../functions/runs.ts'
import { packageFile } from '../../integrations/packageFiles.ts'
import { openFileStore } from '../../integrations/storage/fs.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'

/** @returns what a container is told of it; the folder must be there */
export async function makeTinyProject(folder: string): Promise<Readonly<Record<string, string>>> {
  const store = await openFileStore(folder)
  const keys = projectKeys('local', projectId)
  await importSeeds(
    { store, keys },
    {
      seedsFolder: packageFile('models/avatars/seeds'),
      read: { layout: 'masks' },
      settings: { members: 1, labeler: 'ensemble', samplesPerRun: 4 },
    },
  )
  const version = await openRun(store, keys, await presentInputs(store, keys), () => new Date())
  return {
    SIXTEEN_STORE: folder,
    SIXTEEN_PLATFORM: 'local',
    SIXTEEN_PROJECT: projectId,
    SIXTEEN_VERSION: version,
  }
}
