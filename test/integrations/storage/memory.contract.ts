import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import { describeStore } from '../../contract/store.ts'

describeStore({ name: 'memory', open: async () => ({ store: openMemoryStore() }) })
