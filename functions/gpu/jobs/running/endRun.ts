import { updateJson } from '../../../../integrations/storage/index.ts'
import { Run } from '../../../../schemas/run.ts'
import { restRun } from '../../../factory/runRecord.ts'
import type { JobContext } from '../context.ts'

/** All phases that were asked for are through. @returns the run's record, which says whether it is done */
export async function endRun({ store, run }: Pick<JobContext, 'store' | 'run'>): Promise<Run> {
  const complete = (await store.head(run.manifest)) !== undefined
  return (await updateJson(store, run.run, Run, (record) => restRun(record, complete))).value
}
