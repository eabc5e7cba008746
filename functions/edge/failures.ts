import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { InvalidKeyError } from '../../integrations/storage/index.ts'
import type { EdgeEnvironment } from './environment.ts'
import { BadPathError, TooManyRequestsError, UnauthorizedError } from './errors.ts'
import type { Edge } from './options.ts'
import { redactedPath } from './redactedPath.ts'

/** Which request failed. Its query, headers and key are left out, because they are secrets or may hold some. */
export interface FailedRequest {
  readonly id: string
  readonly method: string
  readonly path: string
}

export type FailureListener = (error: unknown, request: FailedRequest) => void

/** What may be told of a request elsewhere. */
function describeRequest(c: Context): FailedRequest {
  return { id: String(c.get('requestId')), method: c.req.method, path: redactedPath(c.req.path) }
}

/** Says of an unknown address which ones there are. */
export const answerNotFound: NotFoundHandler = (c) =>
  c.json(
    { error: `there is no ${c.req.method} ${redactedPath(c.req.path)}: GET /openapi.json lists what there is` },
    404,
  )

/** Tells whoever asked what was wrong with the request, but of a failure here only that there was one. */
export const answerError =
  ({ log, onFailure }: Edge): ErrorHandler<EdgeEnvironment> =>
  (error, c) => {
    if (error instanceof TooManyRequestsError) c.header('Retry-After', String(error.retryAfter))
    if (error instanceof UnauthorizedError)
      c.header('WWW-Authenticate', 'Basic realm="Sixteen: any name, the access key as password", charset="UTF-8"')
    if (error instanceof HTTPException) {
      // A path that names nothing may hold a key that was put into the wrong place.
      if (!(error instanceof BadPathError)) c.set('refusal', error.message)
      return c.json({ error: error.message }, error.status)
    }
    // The store checks keys before it reads anything.
    if (error instanceof InvalidKeyError) return c.json({ error: error.message }, 400)
    const request = describeRequest(c)
    log?.error({ err: error, request }, 'a request failed')
    onFailure?.(error, request)
    return c.json({ error: 'the request failed for a reason on this side: its log says which' }, 500)
  }
