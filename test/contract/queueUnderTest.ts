import { afterEach, beforeEach } from 'vitest'
import type { Delivery, Queue } from '../../integrations/queue/index.ts'
import { type ManualClock, manualClock } from '../support/manualClock.ts'

/** A queue that is empty at the beginning of each test, the clock that it lives by, and what tests do with it. */
export interface QueueUnderTest {
  readonly clock: ManualClock
  readonly queue: Queue
  send(group: string, body: string, id?: string): Promise<void>
  /** Without waiting. */
  receive(visibilitySeconds?: number): Promise<Delivery | undefined>
  /** The same, where something must be ready. */
  received(visibilitySeconds?: number): Promise<Delivery>
  /** A receive that waits already; in a list, since a promise would be awaited with this one. */
  receiving(waitSeconds: number, signal?: AbortSignal): Promise<[Promise<Delivery | undefined>]>
}

/** All that is ready, each delivery ended at once. */
export async function drain(queue: Queue): Promise<Delivery[]> {
  const all: Delivery[] = []
  for (;;) {
    const delivery = await queue.receive({ visibilitySeconds: 60, waitSeconds: 0 })
    if (delivery === undefined) return all
    await delivery.done()
    all.push(delivery)
  }
}

/** @param open an empty queue that lives by this clock, a new one each time */
export function useQueue(open: (clock: ManualClock) => Promise<Queue>): QueueUnderTest {
  let sent = 0
  let current: { readonly clock: ManualClock; readonly queue: Queue } | undefined
  beforeEach(async () => {
    const clock = manualClock()
    current = { clock, queue: await open(clock) }
  })
  afterEach(() => current?.queue.close())
  const opened = () => {
    if (current === undefined) throw new Error('the queue is opened when a test begins')
    return current
  }

  const receive: QueueUnderTest['receive'] = (visibilitySeconds = 60) =>
    opened().queue.receive({ visibilitySeconds, waitSeconds: 0 })
  return {
    get clock() {
      return opened().clock
    },
    get queue() {
      return opened().queue
    },
    send: (group, body, id = `id-${sent++}`) => opened().queue.send({ group, id, body }),
    receive,
    async received(visibilitySeconds) {
      const delivery = await receive(visibilitySeconds)
      if (delivery === undefined) throw new Error('nothing was ready')
      return delivery
    },
    async receiving(waitSeconds, signal) {
      const waiting = opened().queue.receive({ visibilitySeconds: 60, waitSeconds, ...(signal ? { signal } : {}) })
      await opened().clock.awaited()
      return [waiting]
    },
  }
}
