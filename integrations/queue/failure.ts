import { QueueError } from './index.ts'

/** SQLite's primary result codes. @see https://www.sqlite.org/rescode.html */
const codes = Object.freeze({ busy: 5, locked: 6, corrupt: 11, notADatabase: 26 })

const remedies: Readonly<Record<number, string>> = Object.freeze({
  3: 'the system does not allow it: give this user the right to read and write it and its folder',
  5: 'another process has held it for long: stop that process',
  6: 'another process has held it for long: stop that process',
  8: 'it cannot be written: give this user the right to write it and its folder',
  10: 'the disk reports a fault: check it before you go on',
  13: 'the disk is full: free some space and do the same again',
  14: 'it cannot be opened: check that the path is a file, and that this user may read and write it and its folder',
})

/** The primary result code of an error of SQLite; undefined for other errors. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

/** Whether another process or connection holds the file just now. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error)
  return code === codes.busy || code === codes.locked
}

export function damaged(file: string, problem: string, cause?: unknown): QueueError {
  return new QueueError(
    `The queue ${file} is damaged, or no queue (${problem}). Stop what uses it, move it away together with ${file}-wal ` +
      `and ${file}-shm, and start again: a new queue begins empty.`,
    { cause },
  )
}

/** Whatever went wrong at a queue's file, as a QueueError that says what to do. */
export function queueFailure(error: unknown, file: string): QueueError {
  if (error instanceof QueueError) return error
  const code = codeOf(error)
  const problem = error instanceof Error ? error.message : String(error)
  if (code === codes.corrupt || code === codes.notADatabase) return damaged(file, problem, error)
  const remedy = code === undefined ? undefined : remedies[code]
  return new QueueError(`The queue ${file} cannot be used: ${remedy ?? problem}.`, { cause: error })
}
