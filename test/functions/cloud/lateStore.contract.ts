import { lateStore } from '../../../functions/cloud/lateDrivers.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import { describeStore } from '../../contract/store.ts'

describeStore({ name: 'late', open: async () => ({ store: lateStore(async () => openMemoryStore()) }) })
