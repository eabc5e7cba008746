import { newRun } from '../../../functions/factory/runRecord.ts'
import { openLocalWorkflow } from '../../../functions/local/workflow.ts'
import { createJson } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import type { Work } from '../../../integrations/workflow/index.ts'
import { Run } from '../../../schemas/run.ts'
import { describeWorkflow } from '../../contract/workflow.ts'

describeWorkflow({
  name: 'local',
  async open(works) {
    const store = openMemoryStore()
    for (const work of works) {
      if (work.kind !== 'run') continue
      const record = newRun(work.version, { inputs: 'a'.repeat(64), paintings: [] }, new Date(0))
      await createJson(store, projectKeys(work.platform, work.project).run(work.version).run, Run, record)
    }
    const begun: Work[] = []
    const ends = new Map<string, (how: 'done' | 'failed') => void>()
    const workflow = openLocalWorkflow({
      store,
      perform: (work, signal) => {
        begun.push(work)
        return new Promise((resolve, reject) => {
          ends.set(JSON.stringify(work), (how) => (how === 'done' ? resolve() : reject(new Error('no luck'))))
          signal.addEventListener('abort', () => reject(signal.reason))
        })
      },
      onEnd: async () => undefined,
      onFailure: () => undefined,
    })
    return {
      workflow,
      begun: async () => begun,
      end: async (work, how) => ends.get(JSON.stringify(work))?.(how),
      close: () => workflow.close(),
    }
  },
})
