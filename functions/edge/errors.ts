import type { ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { InvalidKeyError } from '../../integrations/storage/index.ts'

/** A path that cannot name anything, whatever the store holds. */
export class BadPathError extends HTTPException {
  override readonly name = 'BadPathError'

  constructor(message: string, cause?: unknown) {
    super(400, { message, cause })
  }
}

/** A path that names something which is not in the store. */
export class NotFoundError extends HTTPException {
  override readonly name = 'NotFoundError'

  constructor(message: string) {
    super(404, { message })
  }
}

/** Which request failed. Its query and headers are left out, because they may hold secrets. */
export interface FailedRequest {
  readonly method: string
  readonly path: string
}

export type FailureListener = (error: unknown, request: FailedRequest) => void

/** Says of an unknown address which ones there are. */
export const answerNotFound: NotFoundHandler = (c) =>
  c.json({ error: `there is no ${c.req.method} ${c.req.path}: begin at GET /projects` }, 404)

/** Tells whoever asked what was wrong with the request, but of a failure here only that there was one. */
export const answerError =
  (onFailure: FailureListener | undefined): ErrorHandler =>
  (error, c) => {
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status)
    // The store checks keys before it reads anything.
    if (error instanceof InvalidKeyError) return c.json({ error: error.message }, 400)
    onFailure?.(error, { method: c.req.method, path: c.req.path })
    return c.json({ error: 'the request failed for a reason on this side: its log says which' }, 500)
  }
