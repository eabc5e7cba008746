import { isCertificateProblem } from './networkCodes.ts'

/** What of a failed request decides whether it is tried again. */
export interface FailedRequest {
  readonly method: string
  /** Status of the answer; undefined where none came. */
  readonly status: number | undefined
  /** Error code of the connection, such as ECONNRESET. */
  readonly code: string | undefined
}

/**
 * Only reads are tried again: a write without an answer may have been done. An answer that did not come in time is not
 * asked for again, since a server that is too busy would be busier still.
 */
export function isWorthRetrying({ method, status, code }: FailedRequest): boolean {
  if (method.toUpperCase() !== 'GET') return false
  if (status !== undefined) return status === 429 || status >= 500
  return code !== undefined && !code.startsWith('ERR_') && code !== 'ECONNABORTED' && !isCertificateProblem(code)
}

export interface RetryDelayOptions {
  /** Delay before the first retry; it doubles with each. */
  readonly firstDelay: number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Longest wait before one retry. */
const longestDelay = 60_000

/**
 * Milliseconds before a retry: doubling, with jitter between a half and the whole, so that many clients do not come back
 * at once; at least as long as the server asks for.
 * @param attempt 1 for the first retry
 * @param retryAfter the header of that name: seconds, or a date (RFC 9110, section 10.2.3)
 */
export function retryDelay(
  attempt: number,
  retryAfter: unknown,
  { firstDelay, random, now }: RetryDelayOptions,
): number {
  const whole = firstDelay * 2 ** (attempt - 1)
  const ours = whole * (0.5 + random() / 2)
  return Math.min(Math.max(ours, askedFor(retryAfter, now)), longestDelay)
}

function askedFor(retryAfter: unknown, now: () => number): number {
  if (typeof retryAfter !== 'string') return 0
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
  const date = Date.parse(retryAfter)
  return Number.isNaN(date) ? 0 : date - now()
}
