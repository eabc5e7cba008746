/** A server on the loopback interface that answers as it is told, well or badly. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

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
export async function startFileServer(...answers: readonly Answer[]): Promise<FileServer> {
  const asked: Record<string, unknown>[] = []
  const open = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push({ ...request.headers, path: request.url })
    open.add(response)
    response.on('close', () => open.delete(response))
    answer?.(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    asked,
    drop() {
      for (const response of open) response.socket?.destroy()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
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
