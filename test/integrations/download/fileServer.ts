/** A server on the loopback interface that answers as it is told, well or badly. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterEach } from 'vitest'
import { listenOnLoopback } from '../../support/loopback.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface FileServer {
  readonly origin: string
  /** Headers of every request. */
  readonly asked: readonly (Record<string, unknown> & { readonly range?: string })[]
  /** Breaks off every answer that is held. */
  drop(): void
  close(): Promise<void>
}

/** @param answers one for each request; the last one also for all that follow */
async function startFileServer(...answers: readonly Answer[]): Promise<FileServer> {
  const asked: Record<string, unknown>[] = []
  const open = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push({ ...request.headers, path: request.url })
    open.add(response)
    response.on('close', () => open.delete(response))
    answer?.(request, response)
  })
  const { address: origin, close } = await listenOnLoopback(server)
  return {
    origin,
    asked,
    drop() {
      for (const response of open) response.socket?.destroy()
    },
    close,
  }
}

/** For the tests of a file: starts servers, each of which is closed when its test ends. */
export function useFileServers(): typeof startFileServer {
  const servers: FileServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
  })
  return async (...answers) => {
    const server = await startFileServer(...answers)
    servers.push(server)
    return server
  }
}

export interface FileHeaders {
  readonly etag?: string
  readonly more?: Readonly<Record<string, string>>
}

/** All of the file, whatever is asked for. */
export const whole =
  (bytes: Uint8Array, { etag, more }: FileHeaders = {}): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length, ...(etag === undefined ? {} : { etag }), ...more })
    response.end(bytes)
  }

/** What RFC 9110 says: a range where one is asked for and the file is still the same. */
export const ranged =
  (bytes: Uint8Array, headers: FileHeaders & { readonly etag: string }): Answer =>
  (request, response) => {
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN)
    const condition = request.headers['if-range']
    if (Number.isNaN(first) || (condition !== undefined && condition !== headers.etag))
      return whole(bytes, headers)(request, response)
    if (first >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
      return
    }
    partOf(bytes, first, headers)(request, response)
  }

/** The rest of the file from a byte on, whatever is asked for. */
export const partOf =
  (bytes: Uint8Array, first: number, { etag, more }: FileHeaders = {}, total: number | '*' = bytes.length): Answer =>
  (_, response) => {
    response.writeHead(206, {
      'content-range': `bytes ${first}-${bytes.length - 1}/${total}`,
      'content-length': bytes.length - first,
      ...(etag === undefined ? {} : { etag }),
      ...more,
    })
    response.end(bytes.subarray(first))
  }

/** The beginning of the file; then nothing, until the server drops it. */
export const held =
  (bytes: Uint8Array, count: number, { etag, more }: FileHeaders = {}): Answer =>
  (request, response) => {
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const range = first === 0 ? {} : { 'content-range': `bytes ${first}-${bytes.length - 1}/${bytes.length}` }
    response.writeHead(first === 0 ? 200 : 206, {
      'content-length': bytes.length - first,
      ...range,
      ...(etag === undefined ? {} : { etag }),
      ...more,
    })
    response.write(bytes.subarray(first, first + count))
  }

/** Chunks without an announced length. */
export const endless =
  (chunk: Uint8Array): Answer =>
  (_, response) => {
    response.writeHead(200)
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  }

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    void response.writeHead(code, headers).end('no file')

/** The connection ends before anything is answered. */
export const nothing: Answer = (request) => void request.socket.destroy()
