import { describe, expect, test } from 'vitest'
import { createApp, type FailedRequest } from '../../../functions/edge/index.ts'
import type { Queue } from '../../../integrations/queue/index.ts'
import type { Store } from '../../../integrations/storage/index.ts'
import { openMemoryStore } from '../../../integrations/storage/memory.ts'
import { openWatchedQueue } from './edgeUnderTest.ts'
import { addProject, avatars, pngs, runOf, storeOfRuns } from './storeOfRuns.ts'

const store = await storeOfRuns()
const queue: Queue = openWatchedQueue()
const app = createApp({ store, queue })
const run = '/api/projects/local/avatars/runs/sixteen-v1'

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await app.request(path, { headers })
  return { status: response.status, headers: response.headers, json: (await response.json()) as unknown }
}

/** A store that nobody may touch. */
const forbidden = new Proxy(openMemoryStore(), {
  get: (_, method) => () => {
    throw new Error(`the store was asked to ${String(method)}`)
  },
})

describe('health', () => {
  test('answers what a Label Studio server looks for, without asking the store', async () => {
    const response = await createApp({ store: forbidden, queue }).request('/health')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'UP', model_class: 'Sixteen' })
  })
})

describe('versions', () => {
  test('names the runs that are done, each once, over all projects, oldest first', async () => {
    const many = openMemoryStore()
    await addProject(many, avatars, ['done', 'training'])
    await addProject(many, { ...avatars, id: 'cats' }, ['done', ...new Array(8).fill('stopped'), 'done'])
    const response = await createApp({ store: many, queue }).request('/versions')
    expect(await response.json()).toEqual({ versions: ['sixteen-v1', 'sixteen-v10'] })
  })

  test('of an empty store are none', async () => {
    const response = await createApp({ store: openMemoryStore(), queue }).request('/versions')
    expect(await response.json()).toEqual({ versions: [] })
  })
})

describe('records', () => {
  test('of all projects and of one are those in the store', async () => {
    expect((await get('/api/projects')).json).toEqual({
      projects: [{ project: avatars, state: null, serving: 'sixteen-v0' }],
    })
    expect((await get('/api/projects/local/avatars')).json).toEqual({
      project: avatars,
      state: null,
      serving: 'sixteen-v0',
      seeds: null,
    })
  })

  test('of all runs and of one are those in the store', async () => {
    const runs = [runOf('sixteen-v1', 'done'), runOf('sixteen-v2', 'training')]
    expect((await get('/api/projects/local/avatars/runs')).json).toEqual({ runs })
    expect((await get('/api/projects/local/avatars/runs/sixteen-v2')).json).toEqual(runs[1])
  })

  test('may be kept but are asked for again, and are not sent twice', async () => {
    const { headers } = await get('/api/projects/local/avatars')
    expect(headers.get('cache-control')).toBe('private, no-cache')
    const again = await app.request('/api/projects/local/avatars', {
      headers: { 'If-None-Match': headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
  })
})

describe('a report', () => {
  test('is a page that loads nothing from anywhere and links to no file beside it', async () => {
    const response = await app.request(`${run}/report`)
    expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    const page = await response.text()
    expect(page).toContain('default-src &#39;none&#39;')
    expect(page).toContain('data:image/png;base64,')
    const links = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1] ?? '')
    expect(links.filter((link) => !link.startsWith('#') && !link.startsWith('data:'))).toEqual([])
  })

  test('that is not written yet is not found, and the answer says how far the run is', async () => {
    const { status, json } = await get('/api/projects/local/avatars/runs/sixteen-v2/report')
    expect(status).toBe(404)
    expect(json).toEqual({ error: 'run sixteen-v2 of local/avatars has no report yet: it is training' })
  })
})

describe('a picture', () => {
  test.each([
    ['images', pngs.image],
    ['labels', pngs.labels],
  ] as const)('under %s is the stored PNG file, kept for good by whoever asked', async (folder, bytes) => {
    const response = await app.request(`${run}/${folder}/avatars-s1000-t0.7.png`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
  })

  test('that the asker has is not sent again', async () => {
    const path = `${run}/images/avatars-s1000-t0.7.png`
    const etag = (await app.request(path)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[^"]+"$/)
    const same = await app.request(path, { headers: { 'If-None-Match': `"another", W/${etag}` } })
    expect(same.status).toBe(304)
    expect(same.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
    expect(await same.text()).toBe('')
    const other = await app.request(path, { headers: { 'If-None-Match': '"another"' } })
    expect(other.status).toBe(200)
  })

  test('has one pair of quotes around its etag where the store writes them itself', async () => {
    const quoting: Store = {
      ...store,
      get: async (key) => {
        const object = await store.get(key)
        return object && { ...object, etag: `"${object.etag}"` }
      },
    }
    const response = await createApp({ store: quoting, queue }).request(`${run}/images/avatars-s1000-t0.7.png`)
    expect(response.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/)
  })
})

describe('what is not there', () => {
  test.each([
    ['/api/projects/local/nobody', 'there is no project local/nobody: GET /api/projects lists them'],
    ['/api/projects/local/nobody/runs', 'there is no project local/nobody: GET /api/projects lists them'],
    ['/api/projects/local/nobody/runs/sixteen-v1', 'there is no project local/nobody: GET /api/projects lists them'],
    ['/api/projects/label-studio/avatars', 'there is no project label-studio/avatars: GET /api/projects lists them'],
    ['/api/projects/local/avatars/runs/sixteen-v9', 'project local/avatars has no run sixteen-v9'],
    ['/api/projects/local/avatars/runs/sixteen-v9/report', 'project local/avatars has no run sixteen-v9'],
    [`${run}/images/avatars-s1-t1.png`, 'run sixteen-v1 of local/avatars has no avatars-s1-t1.png'],
    ['/nowhere', 'there is no GET /nowhere: GET /openapi.json lists what there is'],
    [`${run}/factory.onnx`, `there is no GET ${run}/factory.onnx: GET /openapi.json lists what there is`],
  ])('%s is 404', async (path, error) => {
    const { status, json } = await get(path)
    expect(status).toBe(404)
    expect(json).toEqual({ error })
  })

  test('includes changes of what only jobs write', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      for (const path of ['/api/projects/local/avatars', run, `${run}/report`, `${run}/images/avatars-s1000-t0.7.png`])
        expect((await app.request(path, { method })).status).toBe(404)
  })
})

describe('a path that names nothing possible', () => {
  const hostile = [
    '/api/projects/elsewhere/avatars',
    '/api/projects/local/Avatars',
    '/api/projects/local/..%2f..%2fetc',
    '/api/projects/local/%2e%2e%2f',
    '/api/projects/local/avatars%00',
    '/api/projects/local/avatars/runs/sixteen-v0',
    '/api/projects/local/avatars/runs/..%2f..%2fproject.json',
    '/api/projects/local/avatars/runs/latest/report',
    `${run}/images/run.json`,
    `${run}/images/..%2frun.json`,
    `${run}/images/..%2f..%2f..%2fproject.png`,
    `${run}/images/..%5c..%5crun.png`,
    `${run}/images/.hidden.png`,
    `${run}/images/a%00b.png`,
    `${run}/images/%ff.png`,
    `${run}/images/%2fetc%2fpasswd.png`,
    `${run}/labels/${'a'.repeat(5000)}.png`,
  ]

  test.each(hostile)('%s is 400, and the store is never asked', async (path) => {
    const failures: unknown[] = []
    const guarded = createApp({ store: forbidden, queue, onFailure: (error) => failures.push(error) })
    const response = await guarded.request(path)
    expect(failures).toEqual([])
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: string }
    expect(error).toMatch(/ is no (platform|id|version|file|key|prefix): /)
    expect(error.length).toBeLessThan(400)
  })

  test('is never taken for another one that is there, even if dots are resolved on the way', async () => {
    // URLs drop dot segments before any server sees them: what is left names the project, or nothing.
    const response = await app.request(`${run}/images/../../../../../../etc/passwd`)
    expect(response.status).toBe(404)
  })
})

describe('a failure of ours', () => {
  test('is told to whoever runs the edge, not to whoever asked', async () => {
    const damaged = openMemoryStore()
    await damaged.create('projects/local-avatars/project.json', new TextEncoder().encode('{"token":"hush"}'))
    const failures: { error: unknown; request: FailedRequest }[] = []
    const edge = createApp({ store: damaged, queue, onFailure: (error, request) => failures.push({ error, request }) })
    const response = await edge.request('/api/projects/local/avatars?key=hush')
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ error: 'the request failed for a reason on this side: its log says which' })
    expect(failures).toEqual([
      {
        error: expect.objectContaining({ name: 'InvalidRecordError', key: 'projects/local-avatars/project.json' }),
        request: { id: expect.any(String), method: 'GET', path: '/api/projects/local/avatars' },
      },
    ])
  })
})
