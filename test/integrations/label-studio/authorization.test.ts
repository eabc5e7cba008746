import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PlatformError } from '../../../integrations/platform/index.ts'
import { as, type FakeServer, quickClient, type Received, type Reply, serve } from './fakeServer.ts'

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A JSON Web Token with claims as Label Studio makes them. */
const jwt = (claims: object, signature: string) =>
  `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}.${signature}`
const personal = jwt({ token_type: 'refresh', exp: 8_102_802_713, iat: 1_795_602_713 }, 'canary-refresh')
/** Valid for 300 s by a clock that is years away from ours. */
const access = (number: number) =>
  jwt({ token_type: 'access', exp: 1_795_603_013, iat: 1_795_602_713 }, `canary-access-${number}`)

const servers: FakeServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

/** A server on which access tokens are good until the test says otherwise. */
async function serving(answer: (request: Received, refreshes: number) => Reply = () => as('version')) {
  let refreshes = 0
  const server = await serve((request) => {
    if (request.path !== 'POST /api/token/refresh/') return answer(request, refreshes)
    refreshes += 1
    return { body: { access: access(refreshes) } }
  })
  servers.push(server)
  const of = (path: string) => server.received.filter((request) => request.path === path)
  return { server, refreshes: () => of('POST /api/token/refresh/'), reads: () => of('GET /api/version') }
}

const read = { method: 'GET', path: '/api/version', answer: z.unknown(), what: 'reading' } as const

describe('a personal access token', () => {
  test('is exchanged once for all requests that wait for it', async () => {
    const { server, refreshes, reads } = await serving()
    const client = quickClient(server.address, { token: personal })
    expect(client.tokenKind).toBe('personal')
    await Promise.all(Array.from({ length: 20 }, () => client.call(read)))
    expect(refreshes()).toHaveLength(1)
    expect(JSON.parse(refreshes()[0]?.text ?? '')).toEqual({ refresh: personal })
    expect(refreshes()[0]?.headers.authorization).toBeUndefined()
    expect(new Set(reads().map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${access(1)}`]))
  })

  test('is exchanged again ahead of time, by our clock', async () => {
    const { server, refreshes, reads } = await serving()
    let now = 1_000
    const client = quickClient(server.address, { token: personal, now: () => now })
    await client.call(read)
    now += 200_000
    await client.call(read)
    expect(refreshes()).toHaveLength(1)
    now += 60_000
    await client.call(read)
    expect(refreshes()).toHaveLength(2)
    expect(reads().at(-1)?.headers.authorization).toBe(`Bearer ${access(2)}`)
  })

  test('is exchanged once more when the access token is refused, by all requests together', async () => {
    const { server, refreshes } = await serving(({ headers }) =>
      headers.authorization === `Bearer ${access(2)}` ? as('version') : as('wrong token'),
    )
    const client = quickClient(server.address, { token: personal })
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.call({ ...read, method: 'POST' })))
    expect(answers).toHaveLength(10)
    expect(refreshes()).toHaveLength(2)
  })

  test('that is refused itself is an error that says so, and holds none of the tokens', async () => {
    const server = await serve(() => as('spoiled personal token'))
    servers.push(server)
    const error: unknown = await quickClient(server.address, { token: personal })
      .call(read)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PlatformError)
    expect(inspect(error)).toMatch(/copy it again/)
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('canary')
  })

  test('is tried again by the next request after its exchange failed', async () => {
    const server = await serve((request, index) =>
      index === 0
        ? { status: 503 }
        : request.path.includes('refresh')
          ? { body: { access: access(1) } }
          : as('version'),
    )
    servers.push(server)
    const client = quickClient(server.address, { token: personal })
    await expect(client.call(read)).rejects.toThrow(PlatformError)
    expect(await client.call(read)).toMatchObject({ release: '1.23.2' })
  })

  test('stays out of errors, and so do the tokens made from it', async () => {
    const { server } = await serving(({ headers }) => ({
      status: 403,
      body: { detail: `No rights: ${headers.authorization}` },
    }))
    const error: unknown = await quickClient(server.address, { token: personal })
      .call(read)
      .catch((thrown: unknown) => thrown)
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/canary|eyJ/)
  })

  test('is not an access token', () => {
    expect(() => quickClient('http://127.0.0.1:1', { token: access(1) })).toThrow(/five minutes/)
    expect(() => quickClient('http://127.0.0.1:1', { token: access(1) })).not.toThrow(/eyJ/)
  })
})

describe('a legacy token', () => {
  test('is sent as it is, and not tried twice when it is refused', async () => {
    const { server, refreshes, reads } = await serving(() => as('legacy tokens off'))
    const client = quickClient(server.address)
    expect(client.tokenKind).toBe('legacy')
    await expect(client.call(read)).rejects.toThrow(/switched off/)
    expect(reads()).toHaveLength(1)
    expect(refreshes()).toEqual([])
  })
})
