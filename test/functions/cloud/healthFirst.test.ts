import type { LambdaEvent } from 'hono/aws-lambda'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { healthFirst } from '../../../functions/cloud/healthFirst.ts'
import { createApp } from '../../../functions/edge/index.ts'
import { openMemoryQueue } from '../../../integrations/queue/memory.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'

/** As an HTTP API sends it, payload format 2.0. */
function request(path: string, method = 'GET'): LambdaEvent {
  const times = { time: '25/Nov/2026:12:00:00 +0000', timeEpoch: 1795608000000 }
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' }
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'example.org' },
    body: null,
    isBase64Encoded: false,
    requestContext: {
      accountId: '1',
      apiId: 'a',
      authentication: null,
      authorizer: {},
      domainName: 'example.org',
      domainPrefix: 'a',
      http,
      requestId: 'r',
      routeKey: '$default',
      stage: '$default',
      ...times,
    },
  }
}

const Answer = z.object({ statusCode: z.number(), headers: z.record(z.string(), z.string()), body: z.string() })

function underTest(fails = 0) {
  let loads = 0
  const handler = healthFirst(async () => {
    loads += 1
    if (loads <= fails) throw new Error('not to be loaded')
    return async (event) => ('rawPath' in event ? event.rawPath : undefined)
  })
  return { handler, loads: () => loads }
}

test('health is told as the app tells it, and the app is not loaded for it', async () => {
  const { handler, loads } = underTest()
  const answer = Answer.parse(await handler(request('/health')))
  expect(loads()).toBe(0)
  const app = createApp({ store: openMemoryStore(), queue: openMemoryQueue(), accessKey: 'key' })
  const told = await app.request('/health')
  expect(answer.statusCode).toBe(told.status)
  expect(JSON.parse(answer.body)).toEqual(await told.json())
  for (const name of ['content-type', 'cache-control']) expect(answer.headers[name]).toBe(told.headers.get(name))
})

test('the app answers everything else, and is loaded once', async () => {
  const { handler, loads } = underTest()
  const others = [request('/webhook', 'POST'), request('/k/key/health'), request('/health', 'POST'), request('/')]
  expect(await Promise.all(others.map((event) => handler(event)))).toEqual([
    '/webhook',
    '/k/key/health',
    '/health',
    '/',
  ])
  expect(loads()).toBe(1)
})

test('an app that could not be loaded is loaded again by the next request', async () => {
  const { handler, loads } = underTest(1)
  await expect(handler(request('/'))).rejects.toThrow('not to be loaded')
  expect(await handler(request('/'))).toBe('/')
  expect(loads()).toBe(2)
})
