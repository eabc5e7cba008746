/** Which faults of a request may be over in a moment. */

/** Busy, or a fault on the way: worth another try. */
const passingStatuses = new Set([408, 425, 429, 500, 502, 503, 504])

/** Codes of Node and undici for what may be over in a moment. */
const passingCodes = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
])

export function isPassingStatus(status: number): boolean {
  return passingStatuses.has(status)
}

/** @param code as `networkCode` gives it */
export function isPassingCode(code: string): boolean {
  return passingCodes.has(code)
}

/** The code (`ECONNREFUSED`) of a failed request, which undici hides in a cause. Messages are no use: they hold addresses. */
export function networkCode(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'network error'
}
