import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { DraftReason } from '../../../integrations/huggingface/index.ts'
import { drafterAt, face, failure, failureOf, form, image, token } from './drafting.ts'
import { type Answer, json, plain, startEndpoint } from './endpoint.ts'
import { digits } from './masks.ts'

describe('a request that the service refuses', () => {
  test.each<[number, DraftReason, string]>([
    [400, 'refused', 'image segmentation'],
    [401, 'token', 'token'],
    [402, 'refused', 'credit'],
    [403, 'token', 'not allowed'],
    [404, 'model', 'some/model'],
    [413, 'refused', 'some/model'],
    [500, 'refused', 'some/model'],
  ])('with %d says so at once: %s', async (status, reason, advice) => {
    const endpoint = await startEndpoint(json({ error: 'What the service says.' }, status))
    const error = await failure(() => drafterAt(endpoint.url).drafter.draft(image, form))
    expect(error).toMatchObject({ reason, message: expect.stringContaining(advice) })
    expect(error.message).toContain(`${status} (What the service says.)`)
    expect(endpoint.requests).toHaveLength(1)
  })

  test.each(['error', 'message', 'detail'])('is explained by its %s, shortened, without the token', async (name) => {
    const text = `${'x'.repeat(190)}${token}\n\u001b[31m${'y'.repeat(500)}`
    const { message } = await failureOf(json({ [name]: text }, 401))
    expect(message).toContain(`${'x'.repeat(190)}… [31myyy`)
    expect(message.length).toBeLessThan(400)
  })

  test.each<[string, Answer]>([
    ['a page', plain('<h1>Unauthorized</h1>', 401)],
    ['half an object', plain('{"error": "no', 401, 'application/json')],
    ['nothing', plain('', 401)],
    ['something else', json({ error: { nested: ['x'] }, estimated_time: 'soon' }, 401)],
  ])('is known by its status where its body is %s', async (_, answer) => {
    expect(await failureOf(answer)).toMatchObject({ reason: 'token' })
  })
})

describe('a model that is being loaded', () => {
  const loading = (seconds: number): Answer =>
    json({ error: 'Model some/model is currently loading', estimated_time: seconds }, 503)

  test('is asked again after the time that it names', async () => {
    const endpoint = await startEndpoint(loading(20.5), loading(3), face)
    const { drafter, pauses } = drafterAt(endpoint.url)
    expect(digits(await drafter.draft(image, form))).toEqual(['11', '00'])
    expect(pauses).toEqual([20_500, 3000])
    expect(endpoint.requests).toHaveLength(3)
  })

  test('is not asked at full speed, even if it says that it is ready', async () => {
    const endpoint = await startEndpoint(loading(0))
    const { drafter, pauses } = drafterAt(endpoint.url)
    expect(await failure(() => drafter.draft(image, form))).toMatchObject({ reason: 'loading' })
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000])
    expect(endpoint.requests).toHaveLength(6)
  })

  test('for longer than a draft may take is not waited for', async () => {
    const endpoint = await startEndpoint(loading(500))
    const { drafter, pauses } = drafterAt(endpoint.url)
    const error = await failure(() => drafter.draft(image, form))
    expect(error).toMatchObject({ reason: 'loading', message: expect.stringContaining('about 500 seconds') })
    expect(pauses).toEqual([])
  })
})

describe('a service that has too much to do', () => {
  test.each([429, 502, 503, 504])(
    'and says so by %d is asked again, later each time, and not for ever',
    async (status) => {
      const endpoint = await startEndpoint(plain('Too much', status))
      const { drafter, pauses } = drafterAt(endpoint.url)
      expect(await failure(() => drafter.draft(image, form))).toMatchObject({ reason: 'busy' })
      expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000])
    },
  )

  test('is given the time that it asks for', async () => {
    const { url } = await startEndpoint(json({}, 429, { 'retry-after': '7' }), face)
    const { drafter, pauses } = drafterAt(url)
    expect(await drafter.draft(image, form)).toBeDefined()
    expect(pauses).toEqual([7000])
  })
})

describe('a service that does not answer', () => {
  const silent: Answer = () => undefined
  const stalling: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('[')
  }

  test.each([
    ['at all', silent],
    ['to the end', stalling],
  ])('%s is given up after the time that a draft may take', async (_, answer) => {
    const { url } = await startEndpoint(answer)
    const { drafter } = drafterAt(url, { timeoutMilliseconds: 50 })
    const error = await failure(() => drafter.draft(image, form))
    expect(error).toMatchObject({ reason: 'timeout', message: expect.stringContaining('0.05 seconds') })
  })

  test('is given up when the drafter is stopped', async () => {
    const controller = new AbortController()
    const { url } = await startEndpoint(() => controller.abort())
    const { drafter } = drafterAt(url, { signal: controller.signal })
    expect(await failure(() => drafter.draft(image, form))).toMatchObject({ reason: 'stopped' })
    expect(await failure(() => drafter.draft(image, form))).toMatchObject({ reason: 'stopped' })
  })

  test('is not waited for once the drafter is stopped', async () => {
    const controller = new AbortController()
    const { url } = await startEndpoint(json({ estimated_time: 60 }, 503))
    const { drafter } = drafterAt(url, {
      signal: controller.signal,
      wait: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
          controller.abort()
        }),
    })
    expect(await failure(() => drafter.draft(image, form))).toMatchObject({ reason: 'stopped' })
  })

  test('because it is not there is named', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    server.close()
    await once(server, 'close')
    const error = await failure(() => drafterAt(`http://127.0.0.1:${port}/`).drafter.draft(image, form))
    expect(error).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('ECONNREFUSED') })
  })

  test('because it hangs up is named', async () => {
    const hangUp: Answer = (response) => void response.destroy()
    const halfway: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('[', () => response.destroy())
    }
    expect(await failureOf(hangUp)).toMatchObject({ reason: 'unreachable' })
    expect(await failureOf(halfway)).toMatchObject({ reason: 'unreachable' })
  })
})
