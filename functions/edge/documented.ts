/** Pieces that the descriptions of calls are made of. */
import type { Hook } from '@hono/zod-openapi'
import { z } from 'zod'
import type { EdgeEnvironment } from './environment.ts'
import { BadBodyError } from './errors.ts'
import { badPath } from './paths.ts'

/** An answer in JSON. */
export const json = <Schema extends z.ZodType>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
})

/** A request whose body is JSON. */
export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true, content: { 'application/json': { schema } } },
})

/** An answer of another kind, described only. */
export const other = (description: string, type: string) => ({
  description,
  content: { [type]: { schema: { type: 'string' as const } } },
})

/**
 * Refuses what does not fit the description of a call.
 * @throws BadPathError, BadBodyError
 */
export const refuseMisfits: Hook<unknown, EdgeEnvironment, string, undefined> = (result, c) => {
  if (result.success) return undefined
  if (result.target === 'param') throw badPath(result.error, c.req.param())
  throw new BadBodyError(
    `the ${result.target === 'query' ? 'query' : 'body'} does not fit: ${z.prettifyError(result.error)}`,
  )
}
