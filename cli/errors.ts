/** Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** The command line asks for something that cannot be. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @returns the message with those of its causes, without stack traces */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error && !error.message.includes(error.cause.message) ? error.cause : undefined
  return cause === undefined ? error.message : `${error.message}\n  because: ${explain(cause)}`
}
