import { describe, expect, test } from 'vitest'
import { OpenAddressError, projectKey, requireLoopback } from '../../../functions/edge/index.ts'
import { openMetrics } from '../../../functions/edge/metrics.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import { basic, openEdge, openWatchedQueue } from './edgeUnderTest.ts'
import { addProject, avatars, storeOfRuns } from './storeOfRuns.ts'

const accessKey = 'canary-master-key'
const ofAvatars = projectKey(accessKey, 'local', 'avatars')
const runs = await storeOfRuns()
const of8 = projectKey(accessKey, 'label-studio', '8')

describe('the key of a project', () => {
  test('is the project and the start of an HMAC-SHA-256 over it', () => {
    // printf 'sixteen project\nlabel-studio\n8' | openssl dgst -sha256 -hmac canary-master-key -binary | base64, made URL-safe
    expect(of8).toBe('label-studio-8.yTRlWh7e1xOXZc8X-Fo96M_J')
  })

  test('differs from project to project, from platform to platform, and from access key to access key', () => {
    const keys = [
      of8,
      projectKey(accessKey, 'label-studio', '9'),
      projectKey(accessKey, 'local', '8'),
      projectKey('another', 'label-studio', '8'),
    ]
    expect(new Set(keys.map((key) => key.split('.').at(-1))).size).toBe(4)
  })
})

describe('without a key', () => {
  const paths = [
    ['GET', '/'],
    ['GET', '/projects/local-avatars'],
    ['GET', '/versions'],
    ['POST', '/setup'],
    ['POST', '/predict'],
    ['POST', '/webhook'],
    ['POST', '/train'],
    ['GET', '/api/projects'],
    ['GET', '/api/projects/local/avatars'],
    ['PATCH', '/api/projects/local/avatars/settings'],
    ['GET', '/openapi.json'],
    ['GET', '/docs'],
    ['GET', '/metrics'],
    ['GET', '/nowhere'],
    ['GET', '//health'],
  ] as const

  test.each(paths)('%s %s asks for one, before it reads anything', async (method, path) => {
    const { app, queue } = openEdge({ accessKey, store: runs })
    const response = await app.request(path, { method, ...(method === 'GET' ? {} : { body: 'no JSON' }) })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="/)
    expect(queue.messages).toEqual([])
  })

  test('only whether it runs is told', async () => {
    const { ask } = openEdge({ accessKey })
    expect((await ask('GET', '/health')).json).toEqual({ status: 'UP', model_class: 'Sixteen' })
  })

  test.each([
    ['a wrong key', basic('wrong')],
    ['an empty key', basic('')],
    ['a key that only begins right', basic(accessKey.slice(0, -1))],
    ['a key that goes on', basic(`${accessKey}x`)],
    ['the key as user name', basic('', accessKey)],
    ['another scheme', { Authorization: `Bearer ${accessKey}` }],
    ['no credentials at all', { Authorization: 'Basic' }],
    ['credentials that are no base64', { Authorization: 'Basic §§§' }],
    ['credentials without a colon', { Authorization: `Basic ${Buffer.from(accessKey).toString('base64')}` }],
    ['a project key with another mac', basic(`${of8.slice(0, -1)}~`)],
    ['a project key of another project', basic(of8.replace('-8.', '-9.'))],
    ['a project key without its mac', basic('label-studio-8.')],
    ['a project key of no platform', basic(of8.replace('label-studio', 'elsewhere'))],
  ])('%s is as good as none', async (_, headers) => {
    const { ask } = openEdge({ accessKey })
    expect((await ask('GET', '/api/projects', undefined, headers)).status).toBe(401)
  })
})

describe('with the access key', () => {
  test('as a password everything is open, whatever the user name is', async () => {
    const { ask } = openEdge({ accessKey, store: runs })
    for (const user of ['', 'admin', 'a name'])
      expect((await ask('GET', '/api/projects/local/avatars', undefined, basic(accessKey, user))).status).toBe(200)
  })

  test('may hold colons and letters of any language', async () => {
    const odd = 'clé:with:colons'
    const { ask } = openEdge({ accessKey: odd })
    expect((await ask('GET', '/versions', undefined, basic(odd))).status).toBe(200)
  })

  test('in the path Label Studio’s calls are open, and nothing else is there', async () => {
    const { ask } = openEdge({ accessKey, store: runs })
    expect((await ask('GET', `/k/${accessKey}/health`)).status).toBe(200)
    expect((await ask('GET', `/k/${accessKey}/versions`)).json).toEqual({ versions: ['sixteen-v1'] })
    expect((await ask('POST', `/k/${accessKey}/setup`, { project: '8.1' })).json).toEqual({
      model_version: 'sixteen-v0',
    })
    expect((await ask('GET', `/k/${accessKey}/api/projects`)).status).toBe(404)
    expect((await ask('GET', `/k/${accessKey}/metrics`)).status).toBe(404)
  })
})

describe('with a wrong key in the path', () => {
  test.each(['wrong', of8.replace('-8.', '-9.'), '%00', 'k', ' '])(
    '%j there is nothing, and no word about keys',
    async (key) => {
      const { ask } = openEdge({ accessKey })
      for (const rest of ['health', 'setup', 'nowhere'])
        expect(await ask(rest === 'setup' ? 'POST' : 'GET', `/k/${encodeURIComponent(key)}/${rest}`)).toMatchObject({
          status: 404,
          json: { error: 'there is nothing here' },
        })
    },
  )

  test('nobody is let in by a right password', async () => {
    const { ask } = openEdge({ accessKey })
    expect((await ask('GET', '/k/wrong/health', undefined, basic(accessKey))).status).toBe(404)
  })
})

describe('with the key of a project', () => {
  test('its records are open, and those of others are not', async () => {
    const store = await storeOfRuns()
    await addProject(store, { ...avatars, id: 'cats' }, ['done'])
    const { ask } = openEdge({ accessKey, store })
    const get = async (path: string) => (await ask('GET', path, undefined, basic(ofAvatars))).status
    expect(await get('/api/projects/local/avatars')).toBe(200)
    expect(await get('/api/projects/local/avatars/runs')).toBe(200)
    for (const path of [
      '/api/projects',
      '/api/projects/local/cats',
      '/api/projects/local/cats/runs/sixteen-v1',
      '/api/projects/local/cats/settings',
      '/api/projects/label-studio/avatars',
      '/api/projects/local/AVATARS',
    ])
      expect([path, await get(path)]).toEqual([path, 403])
  })

  test('its pages are open, and those that show all are not', async () => {
    const { app } = openEdge({ accessKey, store: runs })
    const get = async (path: string) => (await app.request(path, { headers: basic(ofAvatars) })).status
    expect(await get('/projects/local-avatars')).toBe(200)
    for (const path of ['/', '/projects/local-cats', '/projects/events', '/projects/live', '/projects/local-cats/live'])
      expect([path, await get(path)]).toEqual([path, 403])
  })

  test('only its own calls are taken', async () => {
    const { ask, queue } = openEdge({ accessKey })
    for (const [path, project] of [
      ['setup', '9.1795377060'],
      ['predict', '9'],
      ['train', 9],
      ['webhook', { id: 9 }],
    ]) {
      const body = { project, tasks: [], action: 'START_TRAINING' }
      expect(await ask('POST', `/k/${of8}/${path}`, body)).toMatchObject({
        status: 403,
        json: { error: 'this key is not one of project label-studio/9' },
      })
    }
    expect((await ask('GET', `/k/${of8}/is_training?project=9`)).status).toBe(403)
    expect(queue.messages).toEqual([])
  })

  test('versions are those of its own runs', async () => {
    const store = openMemoryStore()
    await addProject(store, { ...avatars, platform: 'label-studio', id: '8' }, ['stopped', 'done'])
    await addProject(store, { ...avatars, platform: 'label-studio', id: '9' }, ['done'])
    const { ask } = openEdge({ accessKey, store })
    expect((await ask('GET', `/k/${of8}/versions`)).json).toEqual({ versions: ['sixteen-v2'] })
  })

  test('numbers over all projects are closed', async () => {
    const queue = openWatchedQueue()
    const metrics = openMetrics({ store: openMemoryStore(), queue })
    const { ask } = openEdge({ accessKey, metrics })
    expect((await ask('GET', '/metrics', undefined, basic(of8))).status).toBe(403)
  })
})

describe('where there is no access key', () => {
  test.each([
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://127.8.9.1',
    'http://[::1]:3000',
    'http://a.localhost',
  ])('%s is open', async (origin) => {
    const { app } = openEdge()
    expect((await app.request(`${origin}/versions`)).status).toBe(200)
  })

  test.each([
    'http://192.168.0.7:3000',
    'http://evil.example',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
  ])('%s is closed: another name that leads here may be an attack on the visitor’s browser', async (origin) => {
    const { app } = openEdge()
    expect((await app.request(`${origin}/versions`)).status).toBe(403)
  })
})

describe('who serves the edge', () => {
  test('without a key may listen on this machine only', () => {
    for (const hostname of ['localhost', '127.0.0.1', '::1']) requireLoopback(hostname, undefined)
    for (const hostname of ['0.0.0.0', '::', '192.168.0.7', 'example.com', ''])
      expect(() => requireLoopback(hostname, undefined)).toThrow(OpenAddressError)
  })

  test('with a key may listen anywhere', () => {
    requireLoopback('0.0.0.0', accessKey)
  })

  test('may not have an empty key', () => {
    expect(() => requireLoopback('127.0.0.1', '')).toThrow(OpenAddressError)
  })
})
