import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { EdgeEnvironment } from './environment.ts'
import type { Edge } from './options.ts'

/**
 * Writes one line for each request, and counts it. Never the address as it came, because a key may stand in it: the
 * pattern of the route that answered says enough.
 */
export function logRequests({ log, metrics }: Edge): MiddlewareHandler<EdgeEnvironment> {
  return async (c, next) => {
    const start = performance.now()
    await next()
    const seconds = (performance.now() - start) / 1000
    const route = routeOf(c)
    const { method } = c.req
    const { status } = c.res
    metrics?.answered({ method, route, status, seconds })
    const { requestId, project, refusal } = c.var
    const fields = {
      method,
      route,
      status,
      ms: Math.round(seconds * 1e5) / 100,
      requestId,
      ...(project === undefined ? {} : { project }),
      ...(refusal === undefined ? {} : { reason: refusal }),
    }
    log?.info(fields, `${method} ${route} ${status}`)
  }
}

/** The last pattern that matched; `-` where only those of the middleware did. */
function routeOf(c: Context): string {
  const pattern = routePath(c, -1)
  return pattern.endsWith('*') ? '-' : pattern
}
