import { z } from 'zod'

/** Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** The command line asks for something that cannot be. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Another process is at work in the project folder. */
export class ProjectBusyError extends Error {
  override readonly name = 'ProjectBusyError'
}

/** What to do about system errors that come from outside the store, which explains its own. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space and give the same command again',
  EDQUOT: 'the share of the disk is used up: free some space and give the same command again',
  EACCES: 'there is no permission: choose another folder',
  EPERM: 'there is no permission: choose another folder',
  EROFS: 'the disk is read-only: choose another folder',
  EEXIST: 'a file stands where a folder is needed: move it away, or choose another folder',
  ENOTDIR: 'a file stands where a folder is needed: move it away, or choose another folder',
}

/** @returns the message with those of its causes, without stack traces */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof z.ZodError) return z.prettifyError(error)
  const known = 'code' in error && typeof error.code === 'string' ? advice[error.code] : undefined
  const message = known === undefined ? error.message : `${error.message}\n  ${known}`
  const reasons: string[] = []
  let { cause } = error
  while (cause instanceof Error) {
    if (!error.message.includes(cause.message)) reasons.push(`\n  because: ${cause.message}`)
    cause = cause.cause
  }
  return message + reasons.join('')
}
