import type { Clock } from './clock.ts'
import { type Delivery, type Queue, QueueError } from './index.ts'
import { checkSeconds } from './limits.ts'

/** How long whoever receives goes on waiting, and what calls them off. */
export interface Patient {
  readonly seconds: number
  readonly signal: AbortSignal | undefined
}

/** What a driver has to know for its `receive`. */
export interface Source {
  /** Takes the next group that is ready, if there is one. A source that can wait itself may do so, as long as it is told. */
  claim(visibilitySeconds: number, patient: Patient): Promise<Delivery | undefined>
  /** When the next group gets ready, in milliseconds since 1970; undefined where none waits for its time. */
  nextReady(): number | undefined
}

export interface Receiving {
  readonly receive: Queue['receive']
  /** Something was sent, delayed or ended in this process: whoever waits looks again. */
  wake(): void
  /** Whoever waits gets nothing, and whoever comes later an error. */
  close(): void
}

/**
 * Waits for messages without polling this process: who waits is woken by `wake`, or at the time when a delay or a lost
 * delivery ends.
 * @param pollMilliseconds how often to look for the messages of other processes, where there may be any
 */
export function createReceiving(source: Source, clock: Clock, pollMilliseconds = Number.POSITIVE_INFINITY): Receiving {
  const sleepers = new Set<() => void>()
  let changes = 0
  let closed = false

  const sleep = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        callOff()
        sleepers.delete(end)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const callOff = clock.after(milliseconds, end)
      sleepers.add(end)
      signal?.addEventListener('abort', end)
    })

  const wake = (): void => {
    changes += 1
    for (const end of [...sleepers]) end()
  }

  return {
    wake,

    async receive({ visibilitySeconds, waitSeconds, signal }) {
      checkSeconds('The visibility of a delivery', visibilitySeconds, 1)
      checkSeconds('The wait for a delivery', waitSeconds, 0)
      if (closed) throw new QueueError('The queue is closed; open it again to receive.')
      const until = clock.now() + waitSeconds * 1000
      while (!closed && !signal?.aborted) {
        const seen = changes
        const seconds = Math.max(0, until - clock.now()) / 1000
        const delivery = await source.claim(visibilitySeconds, { seconds, signal })
        const now = clock.now()
        if (delivery || now >= until) return delivery
        // What changed while the claim was under way was not seen by it.
        if (seen !== changes || closed || signal?.aborted) continue
        const ready = source.nextReady() ?? Number.POSITIVE_INFINITY
        await sleep(Math.max(0, Math.min(ready, until, now + pollMilliseconds) - now), signal)
      }
      return undefined
    },

    close() {
      closed = true
      wake()
    },
  }
}
