import { setTimeout } from 'node:timers/promises'
import { OpenAPIHono } from '@hono/zod-openapi'
import { Hono, type MiddlewareHandler } from 'hono'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { apiRoutes } from './api/index.ts'
import { addDocumentation } from './documentation.ts'
import { askForKey, forAllProjects, forNamedProject, fromThisSite } from './doors.ts'
import type { EdgeEnvironment } from './environment.ts'
import { NotOfferedError } from './errors.ts'
import { answerError, answerNotFound } from './failures.ts'
import { labelStudioRoutes } from './labelStudio/index.ts'
import { defaultLimits, type Edge, type EdgeOptions } from './options.ts'
import { pageRoutes } from './pages/index.ts'
import { limitRate, openRateLimiter } from './rateLimit.ts'
import { logRequests } from './requestLog.ts'
import { openServedVersions } from './served.ts'

export type { Store } from '../../integrations/storage/index.ts'
export { OpenAddressError, projectKey, requireLoopback } from './access.ts'
export type { FailedRequest, FailureListener } from './failures.ts'
export type { EdgeMetrics } from './metrics.ts'
export { defaultLimits, type EdgeLimits, type EdgeLog, type EdgeOptions } from './options.ts'

/** Records and reports change while a run is under way: they may be kept, but are asked for again each time. */
const askAgain: MiddlewareHandler = async (c, next) => {
  c.header('Cache-Control', 'private, no-cache')
  await next()
}

/**
 * The web application: a Label Studio ML backend, and an API over what a store holds. It needs no GPU and no generator,
 * so it starts at once; what takes long goes to the queue or the workflow.
 *
 * | path | answer |
 * |---|---|
 * | `/health`, `/setup`, `/predict`, `/webhook`, `/versions`, … | what a Label Studio server asks, here or below `/k/<key>` |
 * | `/api/projects`, `/api/projects/:platform/:id` | projects, and what can be asked of them |
 * | `…/runs`, `…/runs/:version` | runs, oldest first; `…/report`, `…/images/:file`, `…/labels/:file` of each |
 * | `/openapi.json`, `/docs` | every call, for programs and for people |
 * | `/metrics` | numbers for Prometheus |
 *
 * Errors are JSON, `{ "error": "…" }`: 400 for what cannot be meant, 401 and 403 for a missing or wrong key, 404 for what
 * is not there, 409 for what cannot be done now, 413 and 429 for too much, 500 for what is wrong here, 501 for what this
 * server was put together without, 503 where the queue does not answer.
 *
 * @example
 * requireLoopback('127.0.0.1', undefined)
 * serve({ fetch: createApp({ store, queue }).fetch, hostname: '127.0.0.1' })
 * @see https://hono.dev/docs for the runtimes that it can be served by
 */
export function createApp(options: EdgeOptions): OpenAPIHono<EdgeEnvironment> {
  const edge = complete(options)
  const app = new OpenAPIHono<EdgeEnvironment>()
  const limiter = openRateLimiter(edge.now)
  app.onError(answerError(edge))
  app.notFound(answerNotFound)
  app.use(requestId({ limitLength: 64, generator: edge.newId }), logRequests(edge), secureHeaders(), askAgain)
  const door = askForKey(edge.accessKey, limiter)
  // A server that asks whether it runs has no key yet, and learns nothing from the answer.
  app.use(async (c, next) => (c.req.path === '/health' ? await next() : await door(c, next)))
  app.use(async (c, next) => (c.req.path === '/health' ? await next() : await limitRate(limiter, edge.limits)(c, next)))
  app.use(fromThisSite)

  const calls = labelStudioRoutes(edge)
  app.route('/', calls)
  // Through a plain app: the document describes each call once.
  app.route('/k/:key', new Hono<EdgeEnvironment>().route('/', calls))
  app.route('/api', apiRoutes(edge))
  addDocumentation(app)
  app.use('/projects/:name/*', forNamedProject)
  app.use('/', forAllProjects)
  app.route('/', pageRoutes(edge))
  app.get('/metrics', forAllProjects, async (c) => {
    if (edge.metrics === undefined) throw new NotOfferedError('this server counts nothing')
    const { contentType, text } = await edge.metrics.scrape()
    return c.body(text, 200, { 'Content-Type': contentType })
  })
  return app
}

function complete(options: EdgeOptions): Edge {
  const now = options.now ?? (() => new Date())
  const onFailure = (error: unknown) =>
    options.onFailure?.(error, { id: 'none', method: 'GET', path: 'in the background' })
  return {
    ...options,
    now,
    limits: { ...defaultLimits, ...options.limits },
    served: openServedVersions(options.store, { now, wait: setTimeout, onFailure }),
    newId: options.newId ?? (() => crypto.randomUUID()),
  }
}
