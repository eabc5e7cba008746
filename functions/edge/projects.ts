import { Hono } from 'hono'
import type { Store } from '../../integrations/storage/index.ts'
import { ProjectPath, parsePath } from './paths.ts'
import { listProjects, readProject } from './records.ts'

/** Project records, below `/projects`. */
export function projectRoutes(store: Store): Hono {
  const app = new Hono()
  app.get('/', async (c) => c.json({ projects: await listProjects(store) }))
  app.get('/:platform/:id', async (c) => c.json(await readProject(store, parsePath(ProjectPath, c.req.param()))))
  return app
}
