import { type Clock, systemClock } from './clock.ts'
import { type Delivery, type Queue, QueueError } from './index.ts'
import { checkMessage, checkSeconds, maximumBodies, maximumFailures, repetitionMilliseconds } from './limits.ts'
import { createReceiving } from './receiving.ts'

interface Waiting {
  readonly body: string
  deliveries: number
  failures: number
}

interface Group {
  readonly name: string
  messages: Waiting[]
  /** When it may be delivered next, in milliseconds since 1970. */
  ready: number
  /** Number of the newest delivery. */
  delivery: number
  /** What that delivery carries; empty once it is over. */
  underWay: readonly Waiting[]
}

/** A queue that lives as long as its process: for tests and for trying things out. */
export function openMemoryQueue(options: Partial<Clock> = {}): Queue {
  const clock: Clock = { ...systemClock, ...options }
  const groups = new Map<string, Group>()
  /** When each id was sent, oldest first. */
  const sent = new Map<string, number>()
  let dead = 0
  let closed = false

  const checkOpen = (): void => {
    if (closed) throw new QueueError('The queue is closed; open it again to use it.')
  }

  const isRepetition = (id: string): boolean => {
    const forgotten = clock.now() - repetitionMilliseconds
    for (const [old, at] of sent) {
      if (at > forgotten) break
      sent.delete(old)
    }
    if (sent.has(id)) return true
    sent.set(id, clock.now())
    return false
  }

  /** A delivery that was neither ended nor delayed failed; what failed too often is set aside. */
  const countFailure = (group: Group): void => {
    for (const message of group.underWay) message.failures += 1
    const alive = group.messages.filter(({ failures }) => failures < maximumFailures)
    dead += group.messages.length - alive.length
    group.messages = alive
    group.underWay = []
  }

  const end = (group: Group, delivery: number, next: (carried: readonly Waiting[]) => void): void => {
    checkOpen()
    // Handed out again, or over already: it is another's now.
    if (group.delivery !== delivery || group.underWay.length === 0) return
    next(group.underWay)
    group.underWay = []
    receiving.wake()
  }

  const deliver = (group: Group, visibilitySeconds: number): Delivery | undefined => {
    countFailure(group)
    const first = group.messages[0]
    if (first === undefined) return undefined
    group.underWay = group.messages.slice(0, maximumBodies)
    group.ready = clock.now() + visibilitySeconds * 1000
    group.delivery += 1
    const { name, delivery } = group
    for (const message of group.underWay) message.deliveries += 1
    return {
      group: name,
      bodies: group.underWay.map(({ body }) => body),
      attempt: first.deliveries,
      done: async () =>
        end(group, delivery, (carried) => {
          group.messages = group.messages.slice(carried.length)
          group.ready = clock.now()
        }),
      later: async (seconds) => {
        checkSeconds('The delay of a delivery', seconds, 0)
        end(group, delivery, () => {
          group.ready = clock.now() + seconds * 1000
        })
      },
    }
  }

  const pending = (): Group[] =>
    [...groups.values()].filter(({ messages }) => messages.length > 0).sort((one, other) => one.ready - other.ready)

  const receiving = createReceiving(
    {
      async claim(visibilitySeconds) {
        const ready = pending().filter((group) => group.ready <= clock.now())
        for (const group of ready) {
          const delivery = deliver(group, visibilitySeconds)
          if (delivery) return delivery
        }
        return undefined
      },
      nextReady: () => pending()[0]?.ready,
    },
    clock,
  )

  return {
    async send(message) {
      checkOpen()
      checkMessage(message)
      if (isRepetition(message.id)) return
      const { group: name, body } = message
      const group = groups.get(name) ?? { name, messages: [], ready: 0, delivery: 0, underWay: [] }
      groups.set(name, group)
      if (group.messages.length === 0) group.ready = clock.now()
      group.messages.push({ body, deliveries: 0, failures: 0 })
      receiving.wake()
    },

    receive: receiving.receive,

    async depth() {
      checkOpen()
      return { messages: pending().reduce((sum, { messages }) => sum + messages.length, 0), dead }
    },

    async close() {
      closed = true
      receiving.close()
    },
  }
}
