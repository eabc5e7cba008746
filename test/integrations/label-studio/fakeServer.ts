/** A Label Studio that answers what a test tells it to, on the loopback interface. */

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { type LabelStudioOptions, openLabelStudioClient } from '../../../integrations/label-studio/client.ts'
import { type Loopback, listenOnLoopback } from '../../support/loopback.ts'

export const fixtures = join(import.meta.dirname, '../../fixtures/label-studio')

const Recorded = z.record(z.string(), z.object({ status: z.int(), body: z.unknown() }))

/** Answers of a server 1.23.2, recorded. */
export const recorded = Recorded.parse(JSON.parse(readFileSync(join(fixtures, 'api_answers.json'), 'utf8')))

export function recording(name: string): unknown {
  return JSON.parse(readFileSync(join(fixtures, name), 'utf8'))
}

export interface Received {
  /** Method and path with the query, as in `GET /api/version`. */
  readonly line: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

export interface Answer {
  readonly status?: number
  /** Sent as JSON, unless it is a text. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What is done with a request: it is answered, the connection is cut, or nothing happens ever. */
export type Reply = Answer | 'cut' | 'silence'

export interface FakeServer extends Loopback {
  readonly received: readonly Received[]
}

/** @param reply asked for each request, in their order */
export async function serve(reply: (request: Received, index: number) => Reply | Promise<Reply>): Promise<FakeServer> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const url = new URL(request.url ?? '', 'http://fake')
    const one: Received = {
      line: `${request.method} ${request.url}`,
      path: `${request.method} ${url.pathname}`,
      query: url.searchParams,
      headers: request.headers,
      text: Buffer.concat(chunks).toString('latin1'),
    }
    received.push(one)
    const answer = await reply(one, received.length - 1)
    if (answer === 'silence') return
    if (answer === 'cut') {
      request.socket.destroy()
      return
    }
    const { status = 200, body = {}, headers = {} } = answer
    const type = typeof body === 'string' ? 'text/html' : 'application/json'
    response.writeHead(status, { 'Content-Type': type, ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  return { ...(await listenOnLoopback(server)), received }
}

/** Tokens that may never be seen outside of headers. */
export const legacyToken = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00'

/** A client that does not wait. */
export function quickClient(address: string, options: Partial<LabelStudioOptions> = {}) {
  return openLabelStudioClient({ address, token: legacyToken, firstDelay: 0, random: () => 0, ...options })
}

/** Answers by `METHOD /path`; what is not listed is 404, as the server says it. */
export function byPath(answers: Readonly<Record<string, Reply | ((request: Received) => Reply)>>) {
  return (request: Received): Reply => {
    const answer = answers[request.path]
    if (answer === undefined) return recorded['no such project'] ?? { status: 404 }
    return typeof answer === 'function' ? answer(request) : answer
  }
}

/** The answer recorded under a name. */
export function as(name: string): Answer {
  const answer = recorded[name]
  if (answer === undefined) throw new Error(`nothing is recorded under ${name}`)
  return answer
}
