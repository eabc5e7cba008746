import { Hono } from 'hono'
import type { Store } from '../../integrations/storage/index.ts'
import { listRuns } from './records.ts'

/**
 * What a Label Studio server asks of an ML backend before anything else: whether it runs, and its model versions.
 * @see https://labelstud.io/guide/ml_create
 */
export function serviceRoutes(store: Store): Hono {
  const app = new Hono()
  // The server waits a second for this one, so the store is not asked.
  app.get('/health', (c) => c.json({ status: 'UP', model_class: 'Sixteen' }))
  app.get('/versions', async (c) => {
    const done = (await listRuns(store)).filter(({ state }) => state === 'done')
    return c.json({ versions: [...new Set(done.map(({ version }) => version))] })
  })
  return app
}
