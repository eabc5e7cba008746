import { Hono, type MiddlewareHandler } from 'hono'
import { etag } from 'hono/etag'
import { secureHeaders } from 'hono/secure-headers'
import type { Store } from '../../integrations/storage/index.ts'
import { answerError, answerNotFound, type FailureListener } from './errors.ts'
import { projectRoutes } from './projects.ts'
import { runRoutes } from './runs.ts'
import { serviceRoutes } from './service.ts'

export type { Store } from '../../integrations/storage/index.ts'
export type { FailedRequest, FailureListener } from './errors.ts'

export interface EdgeOptions {
  /** Where projects and their runs lie. The edge only reads it. */
  readonly store: Store
  /** Hears of requests that failed for a reason of ours, such as a damaged record. Whoever asked is told no details. */
  readonly onFailure?: FailureListener
}

/** Records and reports change while a run is under way: they may be kept, but are asked for again each time. */
const askAgain: MiddlewareHandler = async (c, next) => {
  c.header('Cache-Control', 'private, no-cache')
  await next()
}

/**
 * The web application: what a store holds, read over HTTP. It needs no GPU and no generator, so it starts at once.
 *
 * | path | answer |
 * |---|---|
 * | `/health`, `/versions` | that it runs; the versions of the runs that are done |
 * | `/projects`, `/projects/:platform/:id` | project records |
 * | `…/runs`, `…/runs/:version` | run records, oldest first |
 * | `…/runs/:version/report` | the report as a page |
 * | `…/runs/:version/images/:file`, `…/labels/:file` | `<sample>.png`: an image; its label map, 8-bit indexed |
 *
 * Errors are JSON, `{ "error": "…" }`: 400 for a path that names nothing possible, 404 for what is not there, 500 for
 * what is wrong here.
 *
 * @example serve({ fetch: createApp({ store: await openFileStore('sixteen-out/store') }).fetch, hostname: '127.0.0.1' })
 * @see https://hono.dev/docs for the runtimes that it can be served by
 */
export function createApp({ store, onFailure }: EdgeOptions): Hono {
  const app = new Hono()
  app.use(secureHeaders(), etag(), askAgain)
  app.route('/', serviceRoutes(store))
  app.route('/projects', projectRoutes(store))
  app.route('/projects/:platform/:id/runs', runRoutes(store))
  app.notFound(answerNotFound)
  app.onError(answerError(onFailure))
  return app
}
