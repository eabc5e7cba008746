/** A small Label Studio on the loopback interface: enough of its API for the loop, and refusals that repeat tokens. */
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Canaries } from './canaries.ts'
import type { Evidence } from './evidence.ts'
import { type FakeProject, makeFakeProject } from './fakeProject.ts'
import type { Refusal } from './refusals.ts'

/** Where in the life of a project its server begins to refuse. */
export type Stage = 'read' | 'import' | 'publish' | 'connect'

export interface FakeLabelStudio {
  readonly address: string
  readonly projects: ReadonlyMap<string, FakeProject>
  /** Adds a project. @param refusal what is answered from that stage on; without it, all is well */
  addProject(refusal?: { readonly stage: Stage; readonly refusal: Refusal }): string
  close(): Promise<void>
}

type Environment = { Bindings: HttpBindings }

const Refresh = z.object({ refresh: z.string() })
const Imported = z.array(z.object({ data: z.record(z.string(), z.unknown()) }))

/** @param labelConfig of all projects */
export async function startFakeLabelStudio(
  { legacyToken, chosenToken, personalToken, accessToken }: Canaries,
  evidence: Evidence,
  labelConfig: string,
): Promise<FakeLabelStudio> {
  const projects = new Map<string, FakeProject>()
  const refusing = new Map<string, { readonly stage: Stage; readonly refusal: Refusal }>()
  const valid = new Set([`Token ${legacyToken.value}`, `Token ${chosenToken.value}`, `Bearer ${accessToken.value}`])

  const refuse = (c: Context<Environment>, refusal: Refusal): Response => {
    const answer = refusal.answer(c.req.header('authorization') ?? '')
    if (answer === undefined) c.env.incoming.socket.destroy()
    const { status, body, headers } = answer ?? { status: 502, body: '', headers: {} }
    return new Response(body, { status, headers })
  }
  const refusalAt = (stage: Stage, id: string): Refusal | undefined => {
    const found = refusing.get(id)
    return found?.stage === stage ? found.refusal : undefined
  }
  const find = (id: string | undefined): FakeProject | undefined => projects.get(id ?? '')

  const app = new Hono<Environment>()
  app.post('/api/token/refresh/', async (c) => {
    const { refresh } = Refresh.parse(await c.req.json())
    const accepted = refresh === personalToken.value
    evidence.sent(refresh, accepted ? 'let in' : 'refused')
    return accepted ? c.json({ access: accessToken.value }) : c.json({ detail: `Token is invalid: ${refresh}` }, 401)
  })
  app.use(async (c, next) => {
    const authorization = c.req.header('authorization') ?? ''
    const accepted = valid.has(authorization)
    evidence.sent(authorization, accepted ? 'let in' : 'refused')
    if (!accepted) return c.json({ detail: `Invalid token in the header ${authorization}` }, 401)
    return await next()
  })
  app.get('/api/version', (c) => c.json({ release: '1.23.2', edition: 'Community' }))
  app.get('/api/current-user/whoami', (c) => c.json({ id: 1, email: 'someone@example.org' }))
  app.post('/api/projects/', (c) => c.json({ id: Number(addProject()) }, 201))
  app.get('/api/projects/', (c) => c.json({ count: 0, results: [] }))
  app.use('/api/projects/:id/*', async (c, next) => {
    const refusal = refusalAt('read', c.req.param('id'))
    if (refusal !== undefined) return refuse(c, refusal)
    return find(c.req.param('id')) === undefined
      ? c.json({ detail: 'No Project matches the given query.' }, 404)
      : await next()
  })
  app.get('/api/projects/:id/', (c) => c.json(find(c.req.param('id'))?.answer()))
  app.patch('/api/projects/:id/', async (c) => c.json(find(c.req.param('id'))?.change(await c.req.json())))
  app.delete('/api/projects/:id/model-versions/', (c) => c.json({ deleted_predictions: 0 }))
  app.post('/api/projects/:id/import', async (c) => {
    const project = find(c.req.param('id'))
    if (c.req.query('commit_to_project') === 'false')
      return c.json({ file_upload_ids: project?.upload(Object.values(await c.req.parseBody())) }, 201)
    const tasks = Imported.parse(await c.req.json())
    const generated = tasks.some(({ data }) => data.kind === 'generated')
    const refusal = refusalAt(generated ? 'publish' : 'import', c.req.param('id'))
    if (refusal !== undefined) return refuse(c, refusal)
    return c.json({ task_count: project?.importTasks(tasks) }, 201)
  })
  app.get('/api/projects/:id/file-uploads', (c) => c.json(find(c.req.param('id'))?.uploads()))
  app.delete('/api/import/file-upload/:id', (c) => c.body(null, 204))
  app.get('/api/tasks/', (c) => c.json({ tasks: find(c.req.query('project'))?.tasks(c.req.query('query') ?? '') }))
  app.post('/api/predictions/', (c) => c.json({ id: 1 }, 201))
  app.get('/api/dm/views/', (c) => c.json([]))
  app.post('/api/dm/views/', (c) => c.json({ id: 1 }, 201))
  app.get('/api/ml/', (c) => c.json([]))
  app.post('/api/ml/', async (c) => {
    const { project, url } = z.object({ project: z.int(), url: z.string() }).parse(await c.req.json())
    evidence.sent(url, 'refused')
    const refusal = refusalAt('connect', String(project))
    if (refusal !== undefined) return refuse(c, refusal)
    // Projects with an odd number find nobody at the address, and say so with the address, key and all.
    if (project % 2 === 1) return c.json({ detail: `Can't connect to ML backend ${url}, health check failed` }, 400)
    return c.json({ id: 1, url, title: 'Sixteen', state: 'ER', error_message: `setup of ${url} failed` }, 201)
  })
  app.get('/api/webhooks/', (c) => c.json([]))
  app.post('/api/webhooks/', async (c) => c.json({ detail: `Enter a valid URL: ${await c.req.text()}` }, 400))

  function addProject(refusal?: { readonly stage: Stage; readonly refusal: Refusal }): string {
    const id = String(projects.size + 1)
    projects.set(id, makeFakeProject(Number(id), labelConfig))
    if (refusal !== undefined) refusing.set(id, refusal)
    return id
  }
  const server = createAdaptorServer({ fetch: app.fetch })
  const { port } = await new Promise<AddressInfo>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(AddressOf.parse(server.address()))),
  )
  return {
    address: `http://127.0.0.1:${port}`,
    projects,
    addProject,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}

const AddressOf = z.object({ address: z.string(), family: z.string(), port: z.int() })
