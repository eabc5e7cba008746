import { describe, expect, test } from 'vitest'
import { openRateLimiter } from '../../../functions/edge/rateLimit.ts'
import { basic, openEdge } from './edgeUnderTest.ts'

const webhook = { action: 'START_TRAINING', project: 8 }

describe('a client that asks too fast', () => {
  test('is told when to ask again, and may then', async () => {
    const { ask, clock } = openEdge({ limits: { requestsPerSecond: 2 } })
    for (let count = 0; count < 8; count++) expect((await ask('GET', '/versions')).status).toBe(200)
    const refused = await ask('GET', '/versions')
    expect(refused).toMatchObject({ status: 429, json: { error: 'too many requests: ask again in 1 s' } })
    expect(refused.headers.get('retry-after')).toBe('1')
    clock.milliseconds += 1000
    expect((await ask('GET', '/versions')).status).toBe(200)
  })

  test('is still told whether it runs', async () => {
    const { ask } = openEdge({ limits: { requestsPerSecond: 1 } })
    for (let count = 0; count < 20; count++) expect((await ask('GET', '/health')).status).toBe(200)
  })

  test('keeps no other one, nor webhooks, from being answered', async () => {
    const { app, ask } = openEdge({ limits: { requestsPerSecond: 1 } })
    const from = async (remoteAddress: string) =>
      (await app.request('/versions', {}, { incoming: { socket: { remoteAddress } } })).status
    const many = await Promise.all(Array.from({ length: 5 }, () => from('10.0.0.1')))
    expect(many).toEqual([200, 200, 200, 200, 429])
    expect(await from('10.0.0.2')).toBe(200)
    expect((await ask('POST', '/webhook', webhook)).status).toBe(200)
  })

  test('with webhooks is answered well, and left to the reconciler', async () => {
    const { ask, queue } = openEdge({ limits: { webhooksPerSecond: 1 } })
    const answers = []
    for (let count = 0; count < 6; count++) answers.push(await ask('POST', '/webhook', webhook))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    expect(answers.at(-1)?.json).toEqual({ status: 'left-to-reconciler' })
    expect(queue.messages).toHaveLength(4)
  })

  test('with webhooks is not slowed below what a server floods', async () => {
    const { ask, queue } = openEdge()
    for (let count = 0; count < 2000; count++) expect((await ask('POST', '/webhook', webhook)).status).toBe(200)
    expect(queue.messages.length).toBe(2000)
  })

  test('with wrong keys is slowed, and keeps nobody else out', async () => {
    const { ask } = openEdge({ accessKey: 'right' })
    const guess = async () => (await ask('GET', '/versions', undefined, basic('wrong'))).status
    const statuses = []
    for (let count = 0; count < 60; count++) statuses.push(await guess())
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
    expect((await ask('GET', '/versions', undefined, basic('right'))).status).toBe(200)
  })
})

describe('a bucket of tokens', () => {
  const open = () => {
    const clock = { milliseconds: 0 }
    return { limiter: openRateLimiter(() => new Date(clock.milliseconds)), clock }
  }

  test('holds four seconds’ worth, and fills up as time goes by, never higher', () => {
    const { limiter, clock } = open()
    const takeAll = () => {
      let taken = 0
      while (limiter.take('a', 10) === 0) taken += 1
      return taken
    }
    expect(takeAll()).toBe(40)
    clock.milliseconds += 500
    expect(takeAll()).toBe(5)
    clock.milliseconds += 1_000_000
    expect(takeAll()).toBe(40)
  })

  test('says how long it takes until the next token', () => {
    const { limiter, clock } = open()
    for (let count = 0; count < 4; count++) limiter.take('a', 1)
    expect(limiter.take('a', 1)).toBe(1)
    clock.milliseconds += 750
    expect(limiter.take('a', 1)).toBe(0.25)
  })

  test('survives a clock that is set back', () => {
    const { limiter, clock } = open()
    clock.milliseconds = 10_000
    limiter.take('a', 1)
    clock.milliseconds = 0
    expect(limiter.take('a', 1)).toBe(0)
  })

  test('of the client that was seen least recently is forgotten, so that memory is bounded', () => {
    const { limiter } = open()
    for (let count = 0; count < 4; count++) limiter.take('first', 1)
    for (let client = 0; client < 9_999; client++) limiter.take(`client ${client}`, 1)
    expect(limiter.take('first', 1)).toBe(1)
    for (let client = 0; client < 10_000; client++) limiter.take(`other ${client}`, 1)
    expect(limiter.take('first', 1)).toBe(0)
  })
})
