import { listRuns } from '../functions/local.ts'
import type { RunVersion } from '../schemas/run.ts'
import { UsageError } from './errors.ts'
import type { ProjectFolder } from './projectFolder.ts'

/**
 * A run with a segmenter: the one asked for, else the newest.
 * @throws UsageError where there is none
 */
export async function segmentedRun(
  { store, keys, folder }: ProjectFolder,
  version: RunVersion | undefined,
): Promise<RunVersion> {
  for (const run of (await listRuns(store, keys)).toReversed()) {
    const isAsked = (version ?? run.version) === run.version
    if (isAsked && (await store.head(keys.run(run.version).segmenterRecord)) !== undefined) return run.version
  }
  const whose = version === undefined ? '' : ` of ${version}`
  throw new UsageError(`${folder} holds no segmenter${whose} yet: train one with  sixteen train-segmenter ${folder}`)
}
