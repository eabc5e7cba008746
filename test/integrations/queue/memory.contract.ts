import { openMemoryQueue } from '../../../integrations/queue/memory.ts'
import { describeQueue } from '../../contract/queue.ts'

describeQueue({ name: 'memory', open: async (clock) => openMemoryQueue(clock) })
