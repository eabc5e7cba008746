import type { z } from 'zod'
import { faultsOf } from '../../schemas/faults.ts'
import { SeedsError } from './errors.ts'

/**
 * Text of a JSON file as what it should be.
 *
 * @throws SeedsError naming the file and the first three things that are wrong in it.
 */
export function parseJson<Value>(path: string, text: string, schema: z.ZodType<Value>, what: string): Value {
  const result = schema.safeParse(parseText(path, text))
  if (result.success) return result.data
  throw new SeedsError(`${path} is no ${what}: ${faultsOf(result.error).slice(0, 3).join('; ')}`)
}

/** @throws SeedsError when the text is not JSON. */
export function parseText(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SeedsError(`${path} is not JSON (${cause instanceof Error ? cause.message : cause}).`, { cause })
  }
}
