import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Call, LabelStudioClient } from '../../../integrations/label-studio/client.ts'
import { RefusedError, UnansweredError } from '../../../integrations/label-studio/errors.ts'
import { PlatformError, PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { as, type FakeServer, legacyToken, quickClient, type Received, type Reply, serve } from './fakeServer.ts'

const servers: FakeServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})
async function serving(reply: (request: Received, index: number) => Reply | Promise<Reply>): Promise<FakeServer> {
  const server = await serve(reply)
  servers.push(server)
  return server
}

const read: Call<unknown> = { method: 'GET', path: '/api/version', answer: z.unknown(), what: 'reading' }
const write: Call<unknown> = {
  method: 'POST',
  path: '/api/predictions/',
  body: { a: 1 },
  answer: z.unknown(),
  what: 'writing',
}

/** The error of a call, and everything that a log could show of it. */
async function failure(client: LabelStudioClient, call: Call<unknown> = read): Promise<{ error: Error; seen: string }> {
  const error = await client.call(call).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Error)) throw new Error('the call did not fail')
  return { error, seen: `${inspect(error, { depth: 20, showHidden: true })}${JSON.stringify(error)}${error.stack}` }
}

describe('requests', () => {
  test('go below the path of the address, with the token', async () => {
    const server = await serving(() => as('version'))
    await quickClient(`${server.address}/label-studio/`).call({ ...read, query: { project: 8, ids: '[1,2]' } })
    expect(server.received[0]?.path).toBe('GET /label-studio/api/version')
    expect(Object.fromEntries(server.received[0]?.query ?? [])).toEqual({ project: '8', ids: '[1,2]' })
    expect(server.received[0]?.headers.authorization).toBe(`Token ${legacyToken}`)
  })

  test('carry bodies as JSON', async () => {
    const server = await serving(() => ({ status: 201 }))
    await quickClient(server.address).call(write)
    expect(server.received[0]?.headers['content-type']).toBe('application/json')
    expect(server.received[0]?.text).toBe('{"a":1}')
  })

  test('take an empty answer', async () => {
    const server = await serving(() => ({ status: 204, body: '' }))
    expect(await quickClient(server.address).call({ ...read, method: 'DELETE' })).toBeUndefined()
  })

  test.each(['nonsense', 'ftp://example.org', 'file:///etc/passwd', 'localhost:8080', ''])(
    'are refused for the address %j',
    (address) => {
      expect(() => quickClient(address)).toThrow(PlatformError)
    },
  )

  test('are refused for an address with a password, which is not repeated', () => {
    expect(() => quickClient('http://user:canary@example.org')).toThrow(/leave them out/)
    expect(() => quickClient('http://user:canary@example.org')).not.toThrow(/canary/)
  })

  test.each(['', 'two words', 'line\nbreak'])('are refused for the token %j', (token) => {
    expect(() => quickClient('http://127.0.0.1:1', { token })).toThrow(PlatformError)
  })
})

describe('reads', () => {
  test.each<[string, Reply]>([
    ['a cut connection', 'cut'],
    ['500', { status: 500, body: { detail: 'database is locked' } }],
    ['502', { status: 502, body: '<html>Bad gateway</html>' }],
    ['429', { status: 429, body: { detail: 'Request was throttled.' }, headers: { 'Retry-After': '0' } }],
  ])('are tried again after %s', async (_, reply) => {
    const server = await serving((_request, index) => (index < 3 ? reply : as('version')))
    expect(await quickClient(server.address).call({ ...read, answer: z.object({ release: z.string() }) })).toEqual({
      release: '1.23.2',
    })
    expect(server.received).toHaveLength(4)
  })

  test('are given up after the last retry', async () => {
    const server = await serving(() => ({ status: 503, body: { detail: 'starting' } }))
    const { error } = await failure(quickClient(server.address, { retries: 2 }))
    expect(error).toBeInstanceOf(PlatformUnavailableError)
    expect(error.message).toContain('starting')
    expect(server.received).toHaveLength(3)
  })

  test.each([400, 401, 403, 404, 413, 302])('are not tried again after %i', async (status) => {
    const server = await serving(() => ({ status, body: { detail: 'no' } }))
    await failure(quickClient(server.address))
    expect(server.received).toHaveLength(1)
  })

  test('are not asked for again when no answer came in time', async () => {
    const server = await serving(() => 'silence')
    const { error } = await failure(quickClient(server.address, { timeout: 50 }))
    expect(error).toMatchObject({ reached: true })
    expect(error.message).toContain('no answer in time')
    expect(server.received).toHaveLength(1)
  })
})

describe('writes', () => {
  test.each<[string, Reply]>([
    ['a cut connection', 'cut'],
    ['500', { status: 500, body: { detail: 'database is locked' } }],
    ['504', { status: 504, body: '' }],
  ])('are never tried again, not after %s, which leaves open whether they were done', async (_, reply) => {
    const server = await serving(() => reply)
    for (const method of ['POST', 'PATCH', 'DELETE'] as const) {
      const { error } = await failure(quickClient(server.address), { ...write, method })
      expect(error).toBeInstanceOf(UnansweredError)
      expect(error).toMatchObject({ reached: true })
    }
    expect(server.received).toHaveLength(3)
  })

  test('that never got there were certainly not done', async () => {
    const server = await serve(() => ({}))
    await server.close()
    const { error } = await failure(quickClient(server.address), write)
    expect(error).toBeInstanceOf(UnansweredError)
    expect(error).toMatchObject({ reached: false })
    expect(error.message).toMatch(/ECONNREFUSED.*is it running/)
  })
})

describe('failures say what to do', () => {
  test.each<[string, Reply, RegExp]>([
    ['a wrong token', as('wrong token'), /Invalid token.*copy it again/],
    ['legacy tokens switched off', as('legacy tokens off'), /personal access token/],
    ['a project that is not there', as('no such project'), /No Project matches.*number/],
    ['refused values', as('dotless webhook'), /url: Enter a valid URL\..*Correct/],
    ['missing rights', { status: 403, body: { detail: 'You do not have permission' } }, /manages the project/],
    ['a body too large for a proxy', { status: 413, body: '<html>' }, /client_max_body_size/],
    ['a web page as a refusal', { status: 404, body: '<html>not here</html>' }, /web page.*address/],
    ['a web page as an answer', { status: 200, body: '<!doctype html><html>' }, /web page.*own pages begin/],
    [
      'a redirect',
      { status: 301, headers: { Location: 'https://elsewhere.example/login?next=secret' } },
      /elsewhere\.example\/login\./,
    ],
    ['a redirect to nowhere', { status: 302 }, /redirects to nowhere/],
  ])('for %s', async (_, reply, message) => {
    const server = await serving(() => reply)
    const { error } = await failure(quickClient(server.address))
    expect(error).toBeInstanceOf(PlatformError)
    expect(error.message).toMatch(message)
  })

  test('for an answer of another shape, without repeating it', async () => {
    const server = await serving(() => ({ body: { release: { canary: 'value' } } }))
    const { error } = await failure(quickClient(server.address), { ...read, answer: z.object({ release: z.string() }) })
    expect(error.message).toContain('release')
    expect(error.message).not.toContain('canary')
  })

  test('for masks refused by validation, without repeating them', async () => {
    const detail = `Got: {'rle': [${Array(500).fill(0).join(', ')}], 'brushlabels': ['Nope']}. Valid labels: ['Hair']`
    const server = await serving(() => ({
      status: 400,
      body: { detail: 'Validation error', validation_errors: { predictions: [detail] } },
    }))
    const { error } = await failure(quickClient(server.address), write)
    expect(error.message).toContain("Valid labels: ['Hair']")
    expect(error.message.length).toBeLessThan(600)
  })

  test('for more bytes than are taken, there or back', async () => {
    const server = await serving(() => ({ body: { filler: 'x'.repeat(2000) } }))
    const client = quickClient(server.address, { maximumBytes: 1000 })
    expect((await failure(client)).error.message).toMatch(/more bytes/)
    const large = { ...write, body: 'x'.repeat(2000) }
    expect((await failure(client, large)).error.message).toMatch(/more bytes/)
    expect(server.received).toHaveLength(1)
  })

  test('with their status and detail for whoever can do something about it', async () => {
    const server = await serving(() => as('no such version'))
    const { error } = await failure(quickClient(server.address), { ...write, method: 'PATCH' })
    expect(error).toBeInstanceOf(RefusedError)
    expect(error).toMatchObject({ status: 400, detail: expect.stringContaining("Model version doesn't exist") })
  })
})

describe('tokens', () => {
  const leaks: [string, Reply][] = [
    [
      'a refusal that repeats it',
      { status: 400, body: { detail: `Bad token ${legacyToken}`, validation_errors: { key: [legacyToken] } } },
    ],
    ['a crash that repeats it', { status: 500, body: { detail: `Traceback ${legacyToken}` } }],
    [
      'a redirect that repeats it',
      { status: 302, headers: { Location: `https://elsewhere.example/${legacyToken}?token=${legacyToken}` } },
    ],
    ['an answer that repeats it', { body: `<html>${legacyToken}</html>` }],
    ['a cut connection', 'cut'],
    ['silence', 'silence'],
  ]
  test.each(leaks)('are nowhere in the error of %s', async (_, reply) => {
    const server = await serving(() => reply)
    for (const call of [read, write]) {
      const { seen } = await failure(quickClient(server.address, { timeout: 50, retries: 1 }), call)
      expect(seen).not.toContain(legacyToken)
      expect(seen).not.toContain('Authorization')
    }
  })

  test('are not sent to where a redirect leads', async () => {
    const other = await serving(() => ({}))
    const server = await serving(() => ({ status: 307, headers: { Location: `${other.address}/api/version` } }))
    await failure(quickClient(server.address))
    await failure(quickClient(server.address), write)
    expect(other.received).toEqual([])
  })

  test('of any other shape are hidden, too', async () => {
    const token = 'canary-chosen-by-an-administrator'
    const server = await serving(() => ({ status: 403, body: { detail: `No rights for ${token}` } }))
    const { seen } = await failure(quickClient(server.address, { token }))
    expect(seen).not.toContain(token)
  })

  test.each([200, 600, 601, 630])('are not cut, and so missed, where they cross character %i', async (length) => {
    const token = 'canary-chosen-by-an-administrator'
    const detail = `${'x'.repeat(length - 1 - token.length / 2)} ${token} and so on`
    const server = await serving(() => ({ status: 403, body: { detail } }))
    const { seen } = await failure(quickClient(server.address, { token }))
    expect(seen).not.toContain('canary')
  })

  test('are hidden in the target of a redirect', async () => {
    const token = 'canary+chosen/by'
    const headers = { Location: `/login/${encodeURIComponent(token)}/` }
    const server = await serving(() => ({ status: 302, headers }))
    const { seen } = await failure(quickClient(server.address, { token }))
    expect(seen).toContain('/login/***/')
  })
})
