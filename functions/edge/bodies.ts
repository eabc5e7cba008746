/** Bodies of requests: never more of them in memory than a call takes, and never more parsed than is looked at. */
import type { Context } from 'hono'
import { z } from 'zod'
import { BadBodyError } from './errors.ts'

/** So many times the limit are read and dropped before the connection is given up. */
const patience = 16

/**
 * The body as text, or undefined where it is longer than the limit. Then the rest is read and dropped: a caller that is
 * still sending does not hear an answer.
 * @param limit in bytes
 * @throws BadBodyError where the caller went away before its end
 */
export async function readText({ req }: Context, limit: number): Promise<string | undefined> {
  const length = Number(req.header('content-length') ?? Number.NaN)
  try {
    // A server ends a body where its header says; one in chunks may have any length.
    if (length <= limit && req.header('transfer-encoding') === undefined) return await req.text()
    return await readChunks(req.raw.body ?? [], limit)
  } catch {
    throw new BadBodyError('the body broke off before its end')
  }
}

async function readChunks(body: AsyncIterable<Uint8Array> | readonly Uint8Array[], limit: number) {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > limit) chunks.length = 0
    else chunks.push(chunk)
    if (bytes > limit * patience) break
  }
  return bytes > limit ? undefined : new TextDecoder().decode(Buffer.concat(chunks))
}

/**
 * What of a body the schema names. Brush masks are skipped before: they are most of what Label Studio sends, and nobody
 * here looks at them.
 * @throws BadBodyError
 */
export function parseBody<T>(schema: z.ZodType<T>, text: string): T {
  const result = schema.safeParse(parseJson(text))
  if (!result.success) throw new BadBodyError(`the body does not fit: ${z.prettifyError(result.error)}`)
  return result.data
}

function parseJson(text: string): unknown {
  const short = withoutMasks(text)
  try {
    return JSON.parse(short)
  } catch {
    if (short === text) throw new BadBodyError('the body is not JSON')
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new BadBodyError('the body is not JSON')
  }
}

/**
 * The text with the numbers left out of each `"rle": [1, 2, 3]`. Inside a string the quotes would be escaped, so nothing
 * else looks like it, unless such a list holds lists: then what is left is not JSON, and the whole text has to be parsed.
 */
function withoutMasks(text: string): string {
  const parts: string[] = []
  const opening = /"rle"\s{0,8}:\s{0,8}\[/g
  let copied = 0
  while (opening.test(text)) {
    const end = text.indexOf(']', opening.lastIndex)
    if (end < 0) break
    parts.push(text.slice(copied, opening.lastIndex))
    // Behind what was left out, so that lists within lists are not gone through again for each of them.
    opening.lastIndex = end
    copied = end
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(copied)
}
