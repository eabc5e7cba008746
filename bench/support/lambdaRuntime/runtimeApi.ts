/**
 * What Lambda's runtime asks for events, on this machine.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { listenOnLoopback } from '../../../test/support/loopback.ts'

/** The function failed, or its runtime did. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError'
}

export interface Invocation {
  /** From the event's leaving to the answer's arrival. */
  readonly milliseconds: number
  readonly answer: string
}

export interface Invocations {
  /** `performance.now()` when the first event was asked for: the function is initialized. */
  readonly readyAt: number
  /** In the order of the events. */
  readonly invocations: readonly Invocation[]
}

export interface RuntimeApi {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string
  /** Resolves when all events are answered. */
  readonly done: Promise<Invocations>
  close(): Promise<void>
}

/** Hands out the events one after the other, each once. */
export async function openRuntimeApi(events: readonly unknown[]): Promise<RuntimeApi> {
  const { promise, resolve, reject } = Promise.withResolvers<Invocations>()
  const invocations: Invocation[] = []
  let [readyAt, sentAt, next] = [0, 0, 0]
  const take = async (request: IncomingMessage): Promise<void> => {
    const [url, body] = [request.url ?? '', await text(request)]
    if (!url.endsWith('/response')) return reject(new RuntimeError(`${url.replace(/^.*runtime\//, '')}: ${body}`))
    invocations.push({ milliseconds: performance.now() - sentAt, answer: body })
    if (invocations.length === events.length) resolve({ readyAt, invocations })
  }
  const server: Server = createServer((request, response) => {
    if (request.url?.endsWith('/invocation/next')) {
      if (next === 0) readyAt = performance.now()
      // Lambda, too, lets a runtime wait for an event that does not come.
      if (next >= events.length) return
      sentAt = performance.now()
      response.writeHead(200, headersOf(next))
      response.end(JSON.stringify(events[next]))
      next += 1
    } else
      take(request).then(() => {
        response.writeHead(202, { 'Content-Type': 'application/json' })
        response.end('{"status":"OK"}')
      }, reject)
  })
  const { address, close } = await listenOnLoopback(server)
  return { address: new URL(address).host, done: promise, close }
}

const headersOf = (index: number) => ({
  'Content-Type': 'application/json',
  'Lambda-Runtime-Aws-Request-Id': `request-${index}`,
  'Lambda-Runtime-Deadline-Ms': String(Date.now() + 30_000),
  'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-central-1:123456789012:function:bench',
})
