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
      if (work.kind !== 'run' || !(await workflow.isActive(work))) return await workflow.stop(work)
      const key = projectKeys(work.platform, work.project).run(work.version).run
      const note = () => updateJson(store, key, Run, (run) => (isActive(run) ? stopRun(run) : run))
      // A look in between must not begin it again; and a plan that was just being made may have opened it again.
      await note()
      await workflow.stop(work)
      await note()
      return true
    },
  }
}
