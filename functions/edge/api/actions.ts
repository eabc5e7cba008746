/** What people ask of a project and its runs. Most of it goes through the queue, like what happens on the platform. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Work, Workflow } from '../../../integrations/workflow/index.ts'
import { draftVersion, ModelVersion } from '../../../schemas/modelVersion.ts'
import { RunVersion } from '../../../schemas/run.ts'
import { json, jsonBody } from '../documented.ts'
import type { EdgeEnvironment } from '../environment.ts'
import { ConflictError, NotOfferedError } from '../errors.ts'
import { sendEvent } from '../events.ts'
import type { Edge } from '../options.ts'
import { ProjectPath, RunPath } from '../paths.ts'
import { readProject, readRun } from '../records.ts'

const tags = ['Actions']
const project = '/projects/{platform}/{id}'

const Queued = z.object({ status: z.literal('queued'), job: z.string() })
const PredictionsPath = ProjectPath.extend({ version: ModelVersion })

const start = createRoute({
  method: 'post',
  path: `${project}/start`,
  tags,
  summary: 'Ask for a run now',
  request: { params: ProjectPath },
  responses: { 202: json('It is in the queue', Queued) },
})
const stop = createRoute({
  method: 'post',
  path: `${project}/runs/{version}/stop`,
  tags,
  summary: 'Stop a run at its next safe point',
  request: { params: RunPath },
  responses: { 202: json('It stops', z.object({ status: z.literal('stopping') })) },
})
const retry = createRoute({
  method: 'post',
  path: `${project}/runs/{version}/retry`,
  tags,
  summary: 'Go on with a run that failed or was stopped',
  request: { params: RunPath },
  responses: { 202: json('It goes on', z.object({ status: z.enum(['started', 'under-way']) })) },
})
const serve = createRoute({
  method: 'put',
  path: `${project}/serving`,
  tags,
  summary: "Choose which version's predictions are shown",
  request: { params: ProjectPath, ...jsonBody(z.strictObject({ version: ModelVersion })) },
  responses: { 202: json('It is in the queue', Queued) },
})
const forget = createRoute({
  method: 'delete',
  path: `${project}/predictions/{version}`,
  tags,
  summary: "Take a version's predictions from the platform. Annotations made from them stay",
  request: { params: PredictionsPath },
  responses: { 202: json('It is in the queue', Queued) },
})

export function addActions(app: OpenAPIHono<EdgeEnvironment>, edge: Edge): void {
  const { store } = edge
  app.openapi(start, async (c) => {
    const path = c.req.valid('param')
    workflowOf(edge)
    await readPlatformProject(path)
    return c.json({ status: 'queued' as const, job: await sendEvent(edge, path, { kind: 'train' }) }, 202)
  })
  app.openapi(stop, async (c) => {
    const path = c.req.valid('param')
    const workflow = workflowOf(edge)
    await readRun(store, path)
    if (!(await workflow.stop(workOf(path)))) throw new ConflictError(`run ${path.version} is not under way`)
    return c.json({ status: 'stopping' as const }, 202)
  })
  app.openapi(retry, async (c) => {
    const path = c.req.valid('param')
    const workflow = workflowOf(edge)
    const { state } = await readRun(store, path)
    if (state === 'done') throw new ConflictError(`run ${path.version} is done: start another one`)
    const started = await workflow.start(workOf(path))
    return c.json({ status: started ? ('started' as const) : ('under-way' as const) }, 202)
  })
  app.openapi(serve, async (c) => {
    const path = c.req.valid('param')
    const { version } = c.req.valid('json')
    await readPlatformProject(path)
    if (version !== draftVersion) {
      const { state } = await readRun(store, { ...path, version })
      if (state !== 'done') throw new ConflictError(`run ${version} cannot be shown: it is ${state}, not done`)
    }
    return c.json({ status: 'queued' as const, job: await sendEvent(edge, path, { kind: 'serve', version }) }, 202)
  })
  app.openapi(forget, async (c) => {
    const { version, ...path } = c.req.valid('param')
    await readPlatformProject(path)
    return c.json({ status: 'queued' as const, job: await sendEvent(edge, path, { kind: 'forget', version }) }, 202)
  })

  /** @throws NotFoundError, ConflictError for a project that nobody reads events of */
  async function readPlatformProject(path: ProjectPath): Promise<void> {
    await readProject(store, path)
    if (path.platform === 'local')
      throw new ConflictError(`project local/${path.id} has no annotation platform: the command line starts its runs`)
  }
}

/** A run as a workflow names it. */
export const workOf = ({ platform, id, version }: RunPath): Work => ({
  kind: 'run',
  platform,
  project: id,
  version: RunVersion.parse(version),
})

/** @throws NotOfferedError */
function workflowOf({ workflow }: Edge): Pick<Workflow, 'start' | 'stop' | 'isActive'> {
  if (workflow !== undefined) return workflow
  throw new NotOfferedError('this server only shows runs: start, stop and retry are up to the one that does the work')
}
