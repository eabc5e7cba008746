import { type Store, updateJson } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import type { Workflow } from '../../integrations/workflow/index.ts'
import { Run } from '../../schemas/run.ts'
import { isActive, stopRun } from '../factory/runRecord.ts'

/**
 * A workflow that writes down what a person stopped: its containers are only told to end, as when their machine is taken
 * away, and the reactor would begin again what is neither done nor stopped.
 */
export function recordStops(store: Store, workflow: Workflow): Workflow {
  return {
    ...workflow,
    async stop(work) {
      const stopped = await workflow.stop(work)
      if (!stopped || work.kind !== 'run') return stopped
      const key = projectKeys(work.platform, work.project).run(work.version).run
      await updateJson(store, key, Run, (run) => (isActive(run) ? stopRun(run) : run))
      return true
    },
  }
}
