import { describe, expect, test } from 'vitest'
import { projectKey } from '../../../functions/edge/index.ts'
import { openMetrics } from '../../../functions/edge/metrics.ts'
import { redactedPath } from '../../../functions/edge/redactedPath.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import { basic, brokenQueue, openEdge, openWatchedQueue } from './edgeUnderTest.ts'
import { recorded } from './recorded.ts'
import { addProject, avatars, storeOfRuns } from './storeOfRuns.ts'

const accessKey = 'canary-master-key'
const of8 = projectKey(accessKey, 'label-studio', '8')

describe('the log', () => {
  test('has one line for each request: route, status, time, name of the request, project', async () => {
    const { ask, lines } = openEdge({ accessKey })
    await ask('POST', `/k/${of8}/webhook`, recorded('webhook_ANNOTATION_CREATED').body)
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'POST /k/:key/webhook 200',
        fields: {
          method: 'POST',
          route: '/k/:key/webhook',
          status: 200,
          ms: expect.any(Number),
          requestId: 'id-1',
          project: 'label-studio-8',
        },
      },
    ])
  })

  test('names routes by their pattern, whatever their parameters are', async () => {
    const { ask, app, lines } = openEdge({ store: await storeOfRuns() })
    await ask('GET', '/api/projects/local/avatars')
    await ask('GET', '/api/projects/local/nobody/runs/sixteen-v1')
    await app.request('/projects/local-avatars')
    await app.request('/')
    await ask('GET', '/nowhere')
    expect(lines.map(({ message }) => message)).toEqual([
      'GET /api/projects/:platform/:id 200',
      'GET /api/projects/:platform/:id/runs/:version 404',
      'GET /projects/:name 200',
      'GET / 200',
      'GET - 404',
    ])
  })

  test('has lines for requests that are refused at the door, too', async () => {
    const { ask, lines } = openEdge({ accessKey })
    await ask('GET', '/api/projects')
    await ask('GET', '/k/wrong/health')
    expect(lines.map(({ fields }) => fields)).toMatchObject([{ status: 401 }, { status: 404 }])
  })

  test('says why something was refused, since Label Studio shows that to nobody', async () => {
    const { ask, lines } = openEdge({ accessKey })
    await ask('POST', `/k/${of8}/setup`, { project: '9.1795' })
    await ask('POST', `/k/${of8}/setup`, { project: {} })
    expect(lines.map(({ fields }) => fields)).toMatchObject([
      { status: 403, reason: 'this key is not one of project label-studio/9' },
      { status: 400, reason: expect.stringContaining('a project is named by its id') },
    ])
  })

  test('but not what a path held that names nothing: it may be a key in the wrong place', async () => {
    const { ask, lines } = openEdge({ accessKey })
    const { json } = await ask('GET', `/api/projects/${accessKey}/8`, undefined, basic(accessKey))
    expect(json).toEqual({ error: expect.stringContaining('is no platform') })
    expect(JSON.stringify(lines)).not.toContain(accessKey)
  })

  test('takes the name of a request from a proxy before it, if it is a sane one, and the answer carries it', async () => {
    const { ask, lines } = openEdge()
    const { headers } = await ask('GET', '/health', undefined, { 'X-Request-Id': 'from-the-proxy_1' })
    expect(headers.get('x-request-id')).toBe('from-the-proxy_1')
    for (const name of ['a b', 'a'.repeat(65), '<script>', 'a;b', '']) {
      const answer = await ask('GET', '/health', undefined, { 'X-Request-Id': name })
      expect(answer.headers.get('x-request-id')).toMatch(/^id-\d+$/)
    }
    expect(lines[0]?.fields).toMatchObject({ requestId: 'from-the-proxy_1' })
  })
})

describe('no secret', () => {
  const secrets = /canary/i

  test('stands in a log line, an answer or a listener’s report, wherever it was sent', async () => {
    const reports: unknown[] = []
    const store = openMemoryStore()
    await store.create('projects/label-studio-8/serving.json', new TextEncoder().encode('{"canary":1}'))
    const { ask, lines, queue } = openEdge({
      accessKey,
      store,
      queue: brokenQueue,
      onFailure: (error, request) => reports.push(String(error), request),
    })
    const body = { ...recorded('setup').body, access_token: 'canary-token', params: { password: 'canary' } }
    const answers = [
      await ask('POST', `/k/${accessKey}/setup`, body),
      await ask('POST', `/k/${accessKey}/predict`, { ...body, tasks: [{ id: 1, data: { sample: 'a' } }] }),
      await ask('POST', `/k/${accessKey}/webhook`, '{"canary'),
      await ask('POST', `/k/${accessKey}/webhook`, { action: 'START_TRAINING', project: { id: 8, token: 'canary' } }),
      await ask('GET', `/k/${accessKey}/nowhere`),
      await ask('GET', `/K/${accessKey}/health`, undefined, basic(accessKey)),
      await ask('GET', `//k//${accessKey}/health`, undefined, basic(accessKey)),
      await ask('GET', `/%6b/${accessKey}/nowhere`),
      await ask('GET', `/api/projects?key=${accessKey}`),
      await ask('GET', '/api/projects', undefined, basic('canary-wrong-key')),
    ]
    expect(answers.map(({ status }) => status)).toEqual([500, 200, 400, 503, 404, 404, 404, 404, 401, 401])
    const seen = [lines, reports, queue.messages, answers.map(({ json, headers }) => [json, [...headers]])]
    expect(JSON.stringify(seen, (_, value) => (value instanceof Error ? String(value) : value))).not.toMatch(secrets)
  })

  test.each([
    ['/k/secret/setup', '/k/:key/setup'],
    ['/k/secret', '/k/:key'],
    ['/K/secret/a/k/b', '/k/:key/a/k/:key'],
    ['//k///secret//x', '//k/:key//x'],
    ['/k%2Fsecret/x', '/k/:key/x'],
    ['/k%252fsecret%252fx', '/k/:key%252fx'],
    ['/%256B/secret', '/k/:key'],
    ['/k%5Csecret', '/k/:key'],
    ['/k\\secret', '/k/:key'],
    ['/k/se\ncret/x', '/k/:key/x'],
    ['/api/projects', '/api/projects'],
  ])('is left of the path %s', (path, redacted) => {
    expect(redactedPath(path)).toBe(redacted)
  })
})

describe('metrics', () => {
  const scrape = async (edge: ReturnType<typeof openEdge>) => {
    const response = await edge.app.request('/metrics')
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    return (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  }

  test('tell the queue’s depth, runs by state, requests, acknowledgements, and what the rest of the program set', async () => {
    const store = openMemoryStore()
    await addProject(store, avatars, ['done', 'done', 'training'])
    const queue = openWatchedQueue()
    const metrics = openMetrics({ store, queue: { ...queue, depth: async () => ({ messages: 3, dead: 1 }) } })
    const edge = openEdge({ store, queue, metrics })
    metrics.setDevice('webgpu', 'an old card')
    metrics.setDevice('cpu', 'a processor')
    metrics.setSamplesPerSecond(12.5)
    await edge.ask('POST', '/webhook', { action: 'START_TRAINING', project: 8 })
    await edge.ask('POST', '/webhook', '{')
    await edge.ask('GET', '/nowhere')
    expect(await scrape(edge)).toEqual(
      expect.arrayContaining([
        'sixteen_queue_messages 3',
        'sixteen_queue_dead_messages 1',
        'sixteen_runs{state="done"} 2',
        'sixteen_runs{state="training"} 1',
        'sixteen_runs{state="failed"} 0',
        'sixteen_device_info{device="cpu",description="a processor"} 1',
        'sixteen_samples_per_second 12.5',
        'sixteen_http_requests_total{method="POST",route="/webhook",status="200"} 1',
        'sixteen_http_requests_total{method="POST",route="/webhook",status="400"} 1',
        'sixteen_http_requests_total{method="GET",route="-",status="404"} 1',
        'sixteen_webhook_acknowledgement_seconds_bucket{le="+Inf"} 2',
        'sixteen_webhook_acknowledgement_seconds_count 2',
        'sixteen_scrape_failures_total{source="queue"} 0',
      ]),
    )
    expect((await scrape(edge)).join()).not.toContain('an old card')
  })

  test('are there, less what cannot be read, where queue and store fail', async () => {
    const store = openMemoryStore()
    await store.create('projects/local-a/project.json', new TextEncoder().encode('{'))
    await store.create('projects/local-a/runs/sixteen-v1/run.json', new TextEncoder().encode('{'))
    const edge = openEdge({ metrics: openMetrics({ store, queue: brokenQueue }) })
    const lines = await scrape(edge)
    expect(lines).toContain('sixteen_queue_messages Nan')
    expect(lines).toContain('sixteen_scrape_failures_total{source="queue"} 1')
    expect(lines).toContain('sixteen_scrape_failures_total{source="store"} 1')
    expect(lines.join('\n')).not.toContain('sixteen_runs{')
  })

  test('of two apps in one process are their own', async () => {
    const [one, other] = [0, 1].map(() => openMetrics({ store: openMemoryStore(), queue: openWatchedQueue() }))
    one?.answered({ method: 'GET', route: '/a', status: 200, seconds: 1 })
    expect((await other?.scrape())?.text).not.toContain('route="/a"')
  })

  test('are not offered where nothing counts', async () => {
    expect((await openEdge().ask('GET', '/metrics')).status).toBe(501)
  })
})
