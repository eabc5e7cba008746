import { createApp, type EdgeOptions } from '../../../functions/edge/index.ts'
import { type Message, type Queue, QueueError } from '../../../integrations/queue/index.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import { Event } from '../../../schemas/event.ts'

/** A queue that only shows what was sent. */
export function openWatchedQueue(): Queue & { readonly messages: Message[]; readonly events: () => Event[] } {
  const messages: Message[] = []
  return {
    messages,
    events: () => messages.map(({ body }) => Event.parse(JSON.parse(body))),
    send: async (message) => {
      messages.push(message)
    },
    receive: async () => undefined,
    depth: async () => ({ messages: messages.length, dead: 0 }),
    close: async () => {},
  }
}

/** A queue that never answers well. */
export const brokenQueue: Queue = {
  ...openWatchedQueue(),
  send: async () => {
    throw new QueueError('the disk is full')
  },
  depth: async () => {
    throw new QueueError('the disk is full')
  },
}

export interface Line {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: object
  readonly message: string
}

/** An app with a clock that stands still, names that count, and everything it logs and queues. */
export function openEdge(options: Partial<EdgeOptions> = {}) {
  const queue = openWatchedQueue()
  const lines: Line[] = []
  const failures: unknown[] = []
  const level = (level: Line['level']) => (fields: object, message: string) => {
    lines.push({ level, fields, message })
  }
  const clock = { milliseconds: Date.parse('2026-12-01T08:00:00.000Z') }
  let count = 0
  const app = createApp({
    store: openMemoryStore(),
    queue,
    log: { info: level('info'), warn: level('warn'), error: level('error') },
    now: () => new Date(clock.milliseconds),
    newId: () => `id-${++count}`,
    onFailure: (error) => failures.push(error),
    ...options,
  })
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await app.request(path, {
      method,
      headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, json: (await response.json()) as unknown }
  }
  return { app, ask, queue, lines, failures, clock }
}

export const basic = (password: string, user = 'anyone'): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})
