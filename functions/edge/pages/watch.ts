import { setTimeout } from 'node:timers/promises'
import { createDeferred, type Deferred } from '../../deferred.ts'

export interface WatchOptions<T> {
  readonly read: () => Promise<T>
  /** Whether nothing changed from one to the next. */
  readonly same: (before: T, now: T) => boolean
  readonly milliseconds: number
  /** Waits between two looks; ends early, or rejects, when aborted. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

export interface Watch<T> {
  /**
   * What is there now, then whatever it changes to. One that is slow to take the next gets the newest, and misses those
   * between. Ends when aborted.
   * @throws what reading threw: then all who follow are told, and the next to come begins anew
   */
  follow(signal: AbortSignal): AsyncGenerator<T, void, undefined>
}

const waitInTime = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  setTimeout(milliseconds, undefined, { signal })

interface Looking<T> {
  readonly stop: AbortController
  latest: { readonly value: T } | undefined
  /** Settles at the next change, or rejects where reading failed. */
  change: Deferred<void>
  followers: number
}

/** Looks at something again and again, once for all who follow, and only while somebody does. */
export function createWatch<T>({ read, same, milliseconds, wait = waitInTime }: WatchOptions<T>): Watch<T> {
  let current: Looking<T> | undefined

  const look = async (looking: Looking<T>): Promise<void> => {
    const { signal } = looking.stop
    try {
      while (!signal.aborted) {
        const value = await read()
        if (looking.latest === undefined || !same(looking.latest.value, value)) {
          looking.latest = { value }
          looking.change.resolve()
          looking.change = createDeferred()
        }
        await wait(milliseconds, signal)
      }
    } catch (error) {
      if (current === looking) current = undefined
      // Followers may all be busy with what they were given last: then nobody listens yet, and they ask later.
      looking.change.promise.catch(() => {})
      looking.change.reject(error)
    }
  }

  const begin = (): Looking<T> => {
    const looking: Looking<T> = {
      stop: new AbortController(),
      latest: undefined,
      change: createDeferred(),
      followers: 0,
    }
    current = looking
    void look(looking)
    return looking
  }

  return {
    async *follow(signal) {
      const looking = current ?? begin()
      looking.followers++
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      try {
        let given: Looking<T>['latest']
        while (!signal.aborted) {
          const change = looking.change.promise
          if (looking.latest !== undefined && looking.latest !== given) {
            given = looking.latest
            yield given.value
          } else {
            await Promise.race([change, aborted])
          }
        }
      } finally {
        looking.followers--
        if (looking.followers === 0) {
          if (current === looking) current = undefined
          looking.stop.abort()
        }
      }
    },
  }
}
