import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkServer } from '../../integrations/label-studio/checkServer.ts'
import { type LabelStudioClient, openLabelStudioClient } from '../../integrations/label-studio/client.ts'
import { connectBackend } from '../../integrations/label-studio/connect.ts'
import { openLabelStudio } from '../../integrations/label-studio/platform.ts'
import { createProject, findProject } from '../../integrations/label-studio/projects.ts'
import type { NewTask } from '../../integrations/platform/index.ts'
import { type LabelStudioServer, startLabelStudio } from '../../scripts/label-studio-server.ts'
import { request } from './support/labelStudioPeople.ts'
import { makeWorkplace, type Workplace } from './support/workplace.ts'

const labels = [{ name: 'Hair', color: '#aa0000' }]
const form = { parts: ['Background', 'Hair'], width: 4, height: 2 }
const labelMap = { width: 4, height: 2, data: Uint8Array.of(0, 1, 1, 0, 0, 0, 1, 1) }
const image = encode({
  width: 4,
  height: 2,
  channels: 3,
  data: Uint8Array.from({ length: 24 }, (_, index) => index * 9),
})
const generated = (number: number, score: number): NewTask => ({
  sample: `avatars-s${number}-t0.7`,
  kind: 'generated',
  image,
  prediction: { version: 'sixteen-v1', score, labelMap },
})

/** A backend that knows two answers, and what it was asked. */
interface Backend {
  readonly url: string
  readonly server: Server
  readonly asked: string[]
  /** Resolves when a request with this ending came. */
  until(ending: string): Promise<void>
}

async function openBackend(): Promise<Backend> {
  const asked: string[] = []
  const waiting = new Set<() => void>()
  const server = createServer((incoming, response) => {
    incoming.resume()
    asked.push(`${incoming.method} ${incoming.url}`)
    for (const look of waiting) look()
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ status: 'UP', model_class: 'Sixteen', model_version: 'sixteen-v0', results: [] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const until = (ending: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!asked.some((line) => line.endsWith(ending))) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return { url: `http://127.0.0.1:${port}/k/canary-key`, server, asked, until }
}

describe('a real Label Studio', () => {
  let workplace: Workplace
  let server: LabelStudioServer
  let client: LabelStudioClient
  let backend: Backend
  let project: string
  let projects = 0

  beforeAll(async () => {
    workplace = await makeWorkplace('connection')
    server = await startLabelStudio({ dataFolder: join(workplace.folder, 'label-studio'), validatePredictions: true })
    client = openLabelStudioClient(server)
    backend = await openBackend()
  })
  beforeEach(async () => {
    projects += 1
    project = await createProject(client, { title: `Faces ${projects}`, labels })
  })
  afterAll(async () => {
    backend?.server.close()
    await server?.stop()
    await workplace?.remove()
  })

  const taskOf = async (sample: string): Promise<string> => {
    for await (const task of openLabelStudio(client).listTasks(project)) if (task.sample === sample) return task.id
    throw new Error(`${sample} is not there`)
  }
  const shownThere = async (): Promise<unknown> =>
    z.object({ model_version: z.unknown() }).parse(await request(server, 'GET', `/api/projects/${project}/`))
      .model_version

  it('connects our backend, any number of times, and tells it of annotations', async () => {
    const options = { project, backendUrl: backend.url, title: 'Sixteen' }
    expect(await connectBackend(client, options)).toEqual({ notified: true, notices: [] })
    expect(await connectBackend(client, options)).toEqual({ notified: true, notices: [] })
    expect(await request(server, 'GET', `/api/ml/?project=${project}`)).toMatchObject([{ state: 'CO' }])
    expect(await request(server, 'GET', `/api/webhooks/?project=${project}`)).toHaveLength(1)
    await openLabelStudio(client).importTasks(project, form, [generated(1, 0.5)])
    const told = backend.until('/k/canary-key/webhook')
    await request(server, 'POST', `/api/tasks/${await taskOf('avatars-s1-t0.7')}/annotations/`, { result: [] })
    await told
  })

  it('moves the connection to another address, and leaves no old webhook', async () => {
    const moved = `${backend.url}-two`
    await connectBackend(client, { project, backendUrl: backend.url, title: 'Sixteen' })
    await connectBackend(client, { project, backendUrl: moved, title: 'Sixteen', replaces: backend.url })
    expect(await request(server, 'GET', `/api/ml/?project=${project}`)).toMatchObject([{ url: moved }])
    expect(await request(server, 'GET', `/api/webhooks/?project=${project}`)).toMatchObject([
      { url: `${moved}/webhook` },
    ])
  })

  it('explains a backend that it cannot reach, without the key', async () => {
    for (const backendUrl of ['http://127.0.0.1:1/k/canary-key', 'http://no-such-host.invalid:9090/k/canary-key']) {
      const connection = await connectBackend(client, { project, backendUrl, title: 'Sixteen' })
      expect(connection).toMatchObject({ notified: false, notices: [{ code: 'backend-unreachable', level: 'error' }] })
      expect(JSON.stringify(connection)).not.toContain('canary')
    }
    expect(await request(server, 'GET', `/api/webhooks/?project=${project}`)).toEqual([])
  })

  it('goes on with live predictions after others were removed, and shows what it is told to', async () => {
    const platform = openLabelStudio(client)
    await connectBackend(client, { project, backendUrl: backend.url, title: 'Sixteen, live' })
    await platform.importTasks(project, form, [generated(1, 0.5)])
    expect(await shownThere()).toBe('Sixteen, live')
    await platform.removePredictions(project, 'sixteen-v9')
    expect(await shownThere()).toBe('Sixteen, live')
    await platform.show(project, 'sixteen-v1')
    await platform.removePredictions(project, 'sixteen-v9')
    expect(await shownThere()).toBe('sixteen-v1')
  })

  it('orders the view by the score of the version shown, and keeps one of each view', async () => {
    const platform = openLabelStudio(client)
    await platform.importTasks(project, form, [generated(1, 0.9), generated(2, 0.1), generated(3, 0.5)])
    await platform.show(project, 'sixteen-v1')
    await platform.prepareViews(project)
    await platform.prepareViews(project)
    const View = z.object({ id: z.int(), data: z.object({ title: z.string() }) })
    const views = z.array(View).parse(await request(server, 'GET', `/api/dm/views/?project=${project}`))
    expect(views.map(({ data }) => data.title)).toEqual(['Default', 'Most uncertain first'])
    expect(await request(server, 'GET', `/api/tasks/?view=${views[1]?.id}`)).toMatchObject({
      tasks: [2, 3, 1].map((number) => ({ data: { sample: `avatars-s${number}-t0.7` } })),
    })
  })

  it('keeps the images byte for byte, where only people who are signed in see them', async () => {
    await openLabelStudio(client).importTasks(project, form, [{ sample: 'avatars-s1-t0.7', kind: 'seed', image }])
    const Task = z.object({ data: z.object({ image: z.string() }) })
    const { data } = Task.parse(await request(server, 'GET', `/api/tasks/${await taskOf('avatars-s1-t0.7')}`))
    const headers = { Authorization: `Token ${server.token}` }
    const answer = await fetch(`${server.address}${data.image}`, { headers })
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), image)).toBe(0)
  })

  it('takes a personal access token, also after it was started anew', async () => {
    const { token } = z.object({ token: z.string() }).parse(await request(server, 'POST', '/api/token/'))
    const personal = openLabelStudioClient({ address: server.address, token })
    expect(personal.tokenKind).toBe('personal')
    expect((await checkServer(personal)).version).toMatch(/^1\.\d+\.\d+/)
    await server.restart()
    expect(await findProject(personal, `Faces ${projects}`)).toBe(project)
  })

  it('is unavailable while it is stopped, and there again afterwards', async () => {
    const hasty = openLabelStudioClient({ ...server, retries: 0 })
    await server.stop()
    await expect(checkServer(hasty)).rejects.toThrow(/ECONNREFUSED.*Trying again later/)
    await server.restart()
    expect((await checkServer(hasty)).edition).toBe('Community')
  })
})

describe('a Label Studio that takes no addresses of its own machine', () => {
  const settings = { ML_BLOCK_LOCAL_IP: undefined, SSRF_PROTECTION_ENABLED: undefined }
  it.each([
    ['as it comes', settings, ['backend-address-refused', 'webhook-address-refused']],
    ['with backends allowed', { ...settings, ML_BLOCK_LOCAL_IP: 'false' }, ['webhook-address-refused']],
    ['with no network banned', { ...settings, USE_DEFAULT_BANNED_SUBNETS: 'false' }, []],
  ])('%s says which settings to change, if any', async (_, environment, codes) => {
    const workplace = await makeWorkplace('refusing')
    const server = await startLabelStudio({ dataFolder: join(workplace.folder, 'label-studio'), environment })
    const backend = await openBackend()
    try {
      const client = openLabelStudioClient(server)
      const project = await createProject(client, { title: 'Faces', labels })
      const { notified, notices } = await connectBackend(client, { project, backendUrl: backend.url, title: 'Sixteen' })
      expect(notices.map(({ code }) => code)).toEqual(codes)
      expect(notified).toBe(codes.length === 0)
      expect(JSON.stringify(notices)).not.toContain('canary')
    } finally {
      backend.server.close()
      await server.stop()
      await workplace.remove()
    }
  })
})
