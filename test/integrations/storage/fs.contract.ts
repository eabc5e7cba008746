import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileStore } from '../../../integrations/storage/fs.ts'
import { describeStore } from '../../contract/store.ts'

describeStore({
  name: 'file',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sixteen-store-'))
    return { store: await openFileStore(folder), close: () => rm(folder, { recursive: true, force: true }) }
  },
})
