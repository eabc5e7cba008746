import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface ReceivedRequest {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server on this machine that answers as a Hugging Face endpoint does, or as a broken one. */
export interface Endpoint {
  /** Where it takes images. */
  readonly url: string
  readonly origin: string
  readonly requests: readonly ReceivedRequest[]
}

export type Answer = (response: ServerResponse, request: ReceivedRequest) => void

/** The answers to the first, the second, … request; the last one is repeated. */
export async function startEndpoint(...answers: readonly Answer[]): Promise<Endpoint> {
  const requests: ReceivedRequest[] = []
  const server = createServer(async (incoming, response) => {
    const { method, url, headers } = incoming
    const request = { method, url, headers, body: await text(incoming) }
    requests.push(request)
    const answer = answers[requests.length - 1] ?? answers.at(-1)
    answer?.(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the endpoint listens at no port')
  const origin = `http://127.0.0.1:${address.port}`
  return { url: `${origin}/segment`, origin, requests }
}

export const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))

export const plain =
  (body: string, status = 200, type = 'text/html; charset=utf-8'): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': type }).end(body)
