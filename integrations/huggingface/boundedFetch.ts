import { z } from 'zod'
import { DraftError } from './errors.ts'

/** The service's answer where it is no success. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest'
  readonly status: number
  /** What the service says of it, however long. */
  readonly detail: string
  /** Seconds after which it says to come again. */
  readonly seconds: number | undefined

  constructor(status: number, detail: string, seconds: number | undefined) {
    super(`status ${status}`)
    this.status = status
    this.detail = detail
    this.seconds = seconds
  }
}

/** Some hundred masks. What is larger is a mistake, or an attack on the memory. */
export const maximumAnswerBytes = 2 ** 25

const Text = z.string().optional().catch(undefined)
const Refusal = z.object({
  error: Text,
  message: Text,
  detail: Text,
  estimated_time: z.number().min(0).optional().catch(undefined),
})

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    // Leaving the loop ends the download.
    if (length > maximumAnswerBytes) {
      throw new DraftError(
        'answer',
        `The service's answer is larger than ${maximumAnswerBytes} bytes. Choose a model that gives fewer masks.`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refusalOf(response: Response, text: string): RefusedRequest {
  const { error, message, detail, estimated_time } = Refusal.catch({}).parse(parse(text))
  const retryAfter = Number.parseInt(response.headers.get('retry-after') ?? '', 10)
  return new RefusedRequest(
    response.status,
    error ?? message ?? detail ?? '',
    estimated_time ?? (retryAfter >= 0 ? retryAfter : undefined),
  )
}

/** transformers gives semantic segments the score null; the client takes a number or none, and refuses the whole answer. */
function withoutNullScore(segment: unknown): unknown {
  if (typeof segment !== 'object' || segment === null || !('score' in segment) || segment.score !== null) return segment
  const { score: _, ...rest } = segment
  return rest
}

/**
 * What `InferenceClient` fetches with: answers of bounded size, JSON only, each fault under its own name.
 *
 * @param signal ends every request, also those to which the client hands no signal
 * @throws DraftError where the service cannot be reached, or answers too much, or no JSON
 * @throws RefusedRequest for every status that is no success
 * @throws the signal's reason
 */
export function boundedFetch(fetch: typeof globalThis.fetch, signal: AbortSignal): typeof globalThis.fetch {
  return async (input, init) => {
    const attempt = async <T>(action: () => Promise<T>): Promise<T> => {
      try {
        return await action()
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof DraftError) throw error
        throw new DraftError(
          'unreachable',
          `The service cannot be reached (${networkProblem(error)}). Is its address right?`,
        )
      }
    }
    const response = await attempt(() => fetch(input, { ...init, signal }))
    const text = await attempt(() => readBounded(response))
    if (!response.ok) throw refusalOf(response, text)
    const answer = parse(text)
    if (answer === undefined) {
      const kind = response.headers.get('content-type')?.slice(0, 60) ?? 'no type'
      throw new DraftError(
        'answer',
        `The service's answer is not JSON (${kind}). Is it an image segmentation endpoint?`,
      )
    }
    return Response.json(Array.isArray(answer) ? answer.map(withoutNullScore) : answer)
  }
}

/** The code (`ECONNREFUSED`) that undici hides in a cause. Messages might hold addresses with passwords. */
function networkProblem(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'network error'
}
