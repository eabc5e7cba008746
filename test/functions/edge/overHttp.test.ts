import { once } from 'node:events'
import { type IncomingMessage, request, type Server } from 'node:http'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEdge } from './edgeUnderTest.ts'

const accessKey = 'a-key'
const megabyte = Buffer.alloc(2 ** 20, ' ')
const { app, queue, lines, failures } = openEdge({ accessKey, limits: { webhookBytes: 2 ** 21, bodyBytes: 2 ** 20 } })
let server: Server
let port: number

beforeAll(async () => {
  const listening = Promise.withResolvers<number>()
  const served = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (address) =>
    listening.resolve(address.port),
  )
  if (!('closeAllConnections' in served)) throw new Error('the server speaks HTTP/2')
  server = served
  port = await listening.promise
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

/** Sends all of a body before it looks at the answer, as Label Studio does. */
async function post(path: string, pieces: readonly Buffer[], headers: Record<string, string | number>) {
  const sending = request({ port, hostname: '127.0.0.1', path, method: 'POST', headers })
  const answered: Promise<IncomingMessage[]> = once(sending, 'response')
  for (const piece of pieces) if (!sending.write(piece)) await once(sending, 'drain')
  sending.end()
  const [response] = await answered
  response?.resume()
  return response?.statusCode
}

describe('over HTTP', () => {
  const twenty = Array.from({ length: 20 }, () => megabyte)

  test('a webhook far too large is read to its end and acknowledged, whether its length is told or not', async () => {
    const path = `/k/${accessKey}/webhook`
    expect(await post(path, twenty, { 'Content-Length': 20 * 2 ** 20 })).toBe(200)
    expect(await post(path, twenty, { 'Transfer-Encoding': 'chunked' })).toBe(200)
    expect(queue.messages).toEqual([])
  })

  test('one that fits is read, whether its length is told or not', async () => {
    const body = Buffer.from('{"action":"START_TRAINING","project":8}')
    const path = `/k/${accessKey}/webhook`
    expect(await post(path, [body], { 'Content-Length': body.length })).toBe(200)
    expect(await post(path, [body, megabyte], { 'Transfer-Encoding': 'chunked' })).toBe(200)
    expect(queue.events().map(({ kind }) => kind)).toEqual(['train', 'train'])
  })

  test('a caller that goes away before its body ends is no failure of ours', async () => {
    const sending = request({
      port,
      hostname: '127.0.0.1',
      path: `/k/${accessKey}/webhook`,
      method: 'POST',
      headers: { 'Content-Length': 100 },
    })
    const ended = new Promise<void>((resolve) => sending.on('error', () => {}).on('close', () => resolve()))
    const seen = once(server, 'request')
    sending.write('{"action":')
    await seen
    sending.destroy()
    await ended
    await expect.poll(() => lines.map(({ fields }) => fields)).toContainEqual(expect.objectContaining({ status: 400 }))
    expect(failures).toEqual([])
  })

  test('a call with a body too large is refused', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': 2 ** 20 + 1 }
    expect(await post(`/k/${accessKey}/setup`, [megabyte, Buffer.from(' ')], headers)).toBe(413)
  })
})
