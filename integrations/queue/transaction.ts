import type { DatabaseSync } from 'node:sqlite'
import { isBusy } from './failure.ts'

/** Resolves after so many milliseconds. */
export type Wait = (milliseconds: number) => Promise<void>

/** With the pauses below, some twenty seconds. */
const maximumTries = 200
const longestPause = 100

/**
 * Does it once no other process holds the file. Between the tries this process goes on with other work: SQLite's own
 * waiting would block it.
 * @throws what the action throws, "busy" only after many tries
 */
export async function whenFree<T>(wait: Wait, action: () => T): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return action()
    } catch (error) {
      if (!isBusy(error) || tries === maximumTries) throw error
    }
    await wait(Math.min(longestPause, 2 ** tries))
  }
}

/** One transaction, written to the disk when this resolves; nothing of it is kept where the work throws. */
export function inTransaction<T>(database: DatabaseSync, wait: Wait, work: () => T): Promise<T> {
  return whenFree(wait, () => {
    // Immediate: who reads first and takes the write lock later may have read what is gone by then.
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (error) {
      // Some errors, as that of a full disk, have rolled back already.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  })
}
