import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { type ConnectOptions, connectBackend } from '../../../integrations/label-studio/connect.ts'
import type { Connection } from '../../../integrations/platform/index.ts'
import { PlatformError } from '../../../integrations/platform/index.ts'
import {
  type Answer,
  as,
  byPath,
  type FakeServer,
  quickClient,
  type Received,
  type Reply,
  recording,
  serve,
} from './fakeServer.ts'

let server: FakeServer
afterEach(async () => await server?.close())

const url = 'http://127.0.0.1:9399/k/canary-key'
const created: Answer = { status: 201, body: recording('api_ml_create_response.json') }
const backend = (id: number, address: string, more: object = {}) => ({
  id,
  url: address,
  title: 'mock',
  state: 'CO',
  ...more,
})
const webhook = (id: number, address: string, more: object = {}) => ({
  id,
  url: address,
  is_active: true,
  send_payload: true,
  send_for_all_actions: true,
  ...more,
})
const reserved: Answer = {
  status: 403,
  body: { status_code: 403, detail: 'URL resolves to a reserved network address (block: 127.0.0.0/8)' },
}

/** Connects to a project that answers as told; by default nothing is connected, and everything is taken. */
async function connecting(
  answers: Readonly<Record<string, Reply | ((request: Received) => Reply)>>,
  options: Partial<ConnectOptions> = {},
): Promise<Connection> {
  server = await serve(
    byPath({
      'GET /api/ml/': { body: [] },
      'POST /api/ml/': created,
      'GET /api/webhooks/': { body: [] },
      'POST /api/webhooks/': { status: 201, body: { id: 5 } },
      ...answers,
    }),
  )
  return await connectBackend(quickClient(server.address), { project: '8', backendUrl: url, title: 'mock', ...options })
}
const writes = () => server.received.filter(({ path }) => !path.startsWith('GET')).map(({ path }) => path)
const sent = (path: string): unknown =>
  JSON.parse(server.received.find((request) => request.path === path)?.text || '{}')
const codes = ({ notices }: Connection) => notices.map(({ code }) => code)

describe('connecting a backend', () => {
  test('registers it, and its webhook where the automatic one is missing', async () => {
    expect(await connecting({})).toEqual({ notified: true, notices: [] })
    expect(sent('POST /api/ml/')).toEqual({ project: 8, url, title: 'mock' })
    expect(sent('POST /api/webhooks/')).toEqual({
      project: 8,
      url: `${url}/webhook`,
      send_payload: true,
      send_for_all_actions: true,
      is_active: true,
      headers: {},
    })
  })

  test('leaves the automatic webhook alone', async () => {
    const there = { body: [webhook(1, 'http://other/webhook'), webhook(2, `${url}/webhook`)] }
    expect(await connecting({ 'GET /api/webhooks/': there })).toEqual({ notified: true, notices: [] })
    expect(writes()).toEqual(['POST /api/ml/'])
  })

  test.each([{ is_active: false }, { send_payload: false }, { send_for_all_actions: false }])(
    'completes a webhook with %j',
    async (lack) => {
      const connection = await connecting({
        'GET /api/webhooks/': { body: [webhook(2, `${url}/webhook`, lack)] },
        'PATCH /api/webhooks/2/': { body: {} },
      })
      expect(connection.notified).toBe(true)
      expect(sent('PATCH /api/webhooks/2/')).toMatchObject({
        is_active: true,
        send_payload: true,
        send_for_all_actions: true,
      })
    },
  )

  test('a second time changes the registration that is there, naming project and address', async () => {
    const connection = await connecting({
      'GET /api/ml/': { body: [backend(14, `${url}/`)] },
      'PATCH /api/ml/14': { body: backend(14, url) },
    })
    expect(connection).toEqual({ notified: true, notices: [] })
    expect(sent('PATCH /api/ml/14')).toEqual({ project: 8, url, title: 'mock' })
    expect(writes()).not.toContain('POST /api/ml/')
  })

  test('under a new address moves the registration and removes the old webhook, and no other', async () => {
    const old = 'http://127.0.0.1:9399/k/canary-old'
    await connecting(
      {
        'GET /api/ml/': { body: [backend(13, 'http://other'), backend(14, old), backend(15, old)] },
        'PATCH /api/ml/14': { body: backend(14, url) },
        'DELETE /api/ml/15': { status: 204, body: '' },
        'GET /api/webhooks/': {
          body: [webhook(1, 'http://other/webhook'), webhook(2, `${old}/webhook`), webhook(3, `${url}/webhook`)],
        },
        'DELETE /api/webhooks/2/': { status: 204, body: '' },
      },
      { replaces: `${old}/` },
    )
    expect(writes()).toEqual(['PATCH /api/ml/14', 'DELETE /api/ml/15', 'DELETE /api/webhooks/2/'])
  })

  test.each([
    ['with another key', 'http://127.0.0.1:9399/k/canary-old'],
    ['without a key', 'http://127.0.0.1:9399/'],
  ])('moves the registration that was made %s, which would be asked first', async (_, old) => {
    const connection = await connecting({
      'GET /api/ml/': { body: [backend(13, 'http://127.0.0.1:9400/k/canary-key'), backend(14, old)] },
      'PATCH /api/ml/14': { body: backend(14, url) },
      'GET /api/webhooks/': {
        body: [
          webhook(1, 'http://127.0.0.1:9400/k/canary-key/webhook'),
          webhook(2, `${old.replace(/\/$/, '')}/webhook`),
          webhook(3, `${url}/webhook`),
        ],
      },
      'DELETE /api/webhooks/2/': { status: 204, body: '' },
    })
    expect(connection.notified).toBe(true)
    expect(writes()).toEqual(['PATCH /api/ml/14', 'DELETE /api/webhooks/2/'])
    expect(sent('PATCH /api/ml/14')).toMatchObject({ url })
  })

  test('with basic authentication gives the webhook the header that the server would not', async () => {
    await connecting(
      { 'GET /api/webhooks/': { body: [webhook(2, `${url}/webhook`)] }, 'PATCH /api/webhooks/2/': { body: {} } },
      { basicAuth: { user: 'sixteen', password: 'open sesame' } },
    )
    expect(sent('POST /api/ml/')).toMatchObject({
      auth_method: 'BASIC_AUTH',
      basic_auth_user: 'sixteen',
      basic_auth_pass: 'open sesame',
    })
    // RFC 7617: base64 of `sixteen:open sesame`.
    expect(sent('PATCH /api/webhooks/2/')).toMatchObject({
      headers: { Authorization: 'Basic c2l4dGVlbjpvcGVuIHNlc2FtZQ==' },
    })
  })

  test.each([true, false])('asks for interactive use: %s', async (interactive) => {
    await connecting({}, { interactive })
    expect(sent('POST /api/ml/')).toMatchObject({ is_interactive: interactive })
  })
})

describe('what Label Studio refuses is explained', () => {
  test('the address of this machine, with the settings to change', async () => {
    const connection = await connecting({ 'POST /api/ml/': reserved, 'POST /api/webhooks/': reserved })
    expect(connection.notified).toBe(false)
    expect(codes(connection)).toEqual(['backend-address-refused', 'webhook-address-refused'])
    for (const { message } of connection.notices) {
      expect(message).toMatch(
        /ML_BLOCK_LOCAL_IP=false.*SSRF_PROTECTION_ENABLED=false.*USE_DEFAULT_BANNED_SUBNETS=false/,
      )
    }
  })

  test('such an address for webhooks only: the backend is saved all the same', async () => {
    let asked = 0
    const connection = await connecting({
      'GET /api/ml/': () => {
        asked += 1
        return { body: asked === 1 ? [] : [backend(14, url)] }
      },
      'POST /api/ml/': reserved,
      'POST /api/webhooks/': reserved,
    })
    expect(connection.notified).toBe(false)
    expect(codes(connection)).toEqual(['webhook-address-refused'])
  })

  test('a host without a dot', async () => {
    const connection = await connecting(
      { 'POST /api/webhooks/': as('dotless webhook') },
      { backendUrl: 'http://ml-backend:9090/k/canary-key' },
    )
    expect(connection.notified).toBe(false)
    expect(codes(connection)).toEqual(['webhook-host-refused'])
    expect(connection.notices[0]?.message).toMatch(/no dot.*IP address/)
  })

  test.each<[string, Reply]>([
    ['nobody answers at', as('dead backend')],
    ['nobody knows the host of', as('unknown host')],
  ])('an address that %s: no webhook is sent there', async (_, reply) => {
    const connection = await connecting({ 'POST /api/ml/': reply })
    expect(connection.notified).toBe(false)
    expect(codes(connection)).toEqual(['backend-unreachable'])
    expect(writes()).toEqual(['POST /api/ml/'])
  })

  // As servers 1.23.2 say it where a key is wrong in the path, missing, or another project's.
  test.each([
    `Validation error: Can't connect to ML backend ${url} health check failed. Make sure it is up and your firewall is properly configured. Additional info: 404 Client Error: Not Found for url: ${url}/health`,
    "Validation error: Successfully connected to http://127.0.0.1:9399 but it doesn't look like a valid ML backend. Reason: 401 Client Error: Unauthorized for url: http://127.0.0.1:9399/setup.",
    `Validation error: Successfully connected to ${url} but it doesn't look like a valid ML backend. Reason: 403 Client Error: Forbidden for url: ${url}/setup.`,
  ])('a key that opens nothing: no webhook is sent with it: %s', async (detail) => {
    const connection = await connecting({ 'POST /api/ml/': { status: 400, body: { detail } } })
    expect(connection.notified).toBe(false)
    expect(codes(connection)).toEqual(['backend-unauthorized'])
    expect(writes()).toEqual(['POST /api/ml/'])
  })

  test.each([
    ['ER', true],
    ['DI', false],
  ])('a backend that is saved in state %s', async (state, notified) => {
    const connection = await connecting({
      'POST /api/ml/': { body: backend(14, url, { state, error_message: `failed at ${url}` }) },
    })
    expect(connection.notified).toBe(notified)
    expect(codes(connection)).toEqual(['backend-state'])
    expect(connection.notices[0]?.message).toContain('failed at http://127.0.0.1:9399/k/***')
  })

  test('another backend that is asked first', async () => {
    const connection = await connecting({
      'GET /api/ml/': { body: [backend(3, 'http://elsewhere:9090', { title: 'SAM' })] },
    })
    expect(connection.notified).toBe(true)
    expect(codes(connection)).toEqual(['other-backend'])
    expect(connection.notices[0]?.message).toContain('SAM')
  })

  test('but a project that is not there, or not ours, is an error', async () => {
    await expect(connecting({ 'GET /api/ml/': as('no such project') })).rejects.toThrow(/number/)
    await server.close()
    const rights = { status: 403, body: { detail: 'You do not have permission to perform this action.' } }
    await expect(connecting({ 'POST /api/ml/': rights })).rejects.toThrow(/manages the project/)
  })

  test('and so is an address that cannot be one', async () => {
    for (const backendUrl of ['nonsense', 'ftp://a.b', 'http://a.b/?key=canary', 'http://a.b/#canary']) {
      const attempt = connecting({}, { backendUrl })
      await expect(attempt).rejects.toThrow(PlatformError)
      await expect(attempt).rejects.not.toThrow(/canary/)
      await server.close()
    }
  })
})

test('no key of the address is in any notice or error', async () => {
  const said: unknown[] = []
  const crash: Reply = { status: 500, body: { detail: `Traceback: ${url}/setup` } }
  for (const reply of [
    as('dead backend'),
    as('unknown host'),
    reserved,
    crash,
    { status: 400, body: { detail: url } },
  ]) {
    said.push(
      await connecting({ 'POST /api/ml/': reply, 'POST /api/webhooks/': reply }).catch((error: unknown) => error),
    )
    await server.close()
  }
  expect(inspect(said, { depth: 20, showHidden: true })).not.toContain('canary')
})
