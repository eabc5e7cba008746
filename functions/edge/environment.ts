import type { RequestIdVariables } from 'hono/request-id'
import type { Access } from './access.ts'

/** What the middleware leaves for the handlers of one request. */
export interface EdgeEnvironment {
  Variables: RequestIdVariables & {
    /** What the caller may touch. */
    access: Access
    /** Which project the request turned out to be about, for the log. */
    project: string | undefined
    /** Why it was refused, for the log: Label Studio throws away what it is answered then. */
    refusal: string | undefined
  }
}
