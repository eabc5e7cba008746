import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localPromises } from '../../../integrations/queue/promises.ts'
import { openSqliteQueue } from '../../../integrations/queue/sqlite.ts'
import { describeQueue } from '../../contract/queue.ts'

describeQueue({
  name: 'sqlite',
  promises: localPromises,
  async open(clock) {
    const folder = await mkdtemp(join(tmpdir(), 'sixteen-queue-'))
    const queue = await openSqliteQueue({ ...clock, file: join(folder, 'queue.sqlite') })
    const close = async (): Promise<void> => {
      await queue.close()
      await rm(folder, { recursive: true, force: true })
    }
    return { ...queue, close }
  },
})
