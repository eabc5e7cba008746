import { openMemoryQueue } from '../../../integrations/queue/memory.ts'
import { localPromises } from '../../../integrations/queue/promises.ts'
import { describeQueue } from '../../contract/queue.ts'

describeQueue({ name: 'memory', promises: localPromises, open: async (clock) => openMemoryQueue(clock) })
