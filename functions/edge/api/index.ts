/** The project API, below `/api`. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { etag } from 'hono/etag'
import { refuseMisfits } from '../documented.ts'
import { forThatProject } from '../doors.ts'
import type { EdgeEnvironment } from '../environment.ts'
import { TooLargeError } from '../errors.ts'
import type { Edge } from '../options.ts'
import { addActions } from './actions.ts'
import { addProjects } from './projects.ts'
import { addRuns } from './runs.ts'
import { addSettings } from './settings.ts'

export function apiRoutes(edge: Edge): OpenAPIHono<EdgeEnvironment> {
  const app = new OpenAPIHono<EdgeEnvironment>({ defaultHook: refuseMisfits })
  const maxSize = edge.limits.bodyBytes
  const onError = () => {
    throw new TooLargeError(maxSize)
  }
  app.use(bodyLimit({ maxSize, onError }))
  app.get('*', etag())
  app.use('/projects/:platform/:id/*', forThatProject)
  addProjects(app, edge)
  addRuns(app, edge)
  addActions(app, edge)
  addSettings(app, edge)
  return app
}
