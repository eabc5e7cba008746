import { setImmediate } from 'node:timers/promises'

interface Waiting<T> {
  readonly item: T
  resolve(): void
  reject(error: unknown): void
}

export interface GroupCommit<T> {
  /** Resolves when the item is committed. */
  add(item: T): Promise<void>
  /** Resolves when everything that was added is committed, or has failed. */
  settled(): Promise<void>
}

/**
 * Commits together what is added within one turn of the event loop, since a commit costs the same for one item and for
 * hundreds. Requests that came in together are thus answered after one fsync, and none waits for a timer.
 *
 * @param most items of one commit; between two commits the event loop turns, so that other work is not held up
 */
export function createGroupCommit<T>(commit: (items: readonly T[]) => Promise<void>, most: number): GroupCommit<T> {
  const waiting: Waiting<T>[] = []
  let running: Promise<void> | undefined

  const commitNext = async (): Promise<void> => {
    const together = waiting.splice(0, most)
    try {
      await commit(together.map(({ item }) => item))
      for (const { resolve } of together) resolve()
    } catch (error) {
      for (const { reject } of together) reject(error)
    }
  }

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      await setImmediate()
      await commitNext()
    }
    running = undefined
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        running ??= run()
      }),
    settled: async () => await running,
  }
}
