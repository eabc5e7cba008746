/** Calls that older Label Studio servers make. They are answered so that nothing breaks; only `/train` does anything. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { TrainCall, WebhookAnswer } from '../../../schemas/labelStudio/backend.ts'
import { isActive } from '../../factory/runRecord.ts'
import { projectOf } from '../access.ts'
import { json, jsonBody } from '../documented.ts'
import type { EdgeEnvironment } from '../environment.ts'
import { sendEvent } from '../events.ts'
import type { Edge } from '../options.ts'
import { listRuns } from '../records.ts'

const tags = ['Label Studio, older servers']
const Anything = z.looseObject({})

const train = createRoute({
  method: 'post',
  path: '/train',
  tags,
  summary: 'Ask for a run now, like START_TRAINING',
  request: jsonBody(TrainCall),
  responses: { 200: json('It is in the queue', WebhookAnswer) },
})
const isTraining = createRoute({
  method: 'get',
  path: '/is_training',
  tags,
  summary: 'Whether a run is under way',
  request: { query: TrainCall },
  responses: { 200: json('Whether one is', z.object({ is_training: z.boolean() })) },
})
const jobStatus = createRoute({
  method: 'post',
  path: '/job_status',
  tags,
  summary: 'What became of a job: it was queued. The project tells more',
  request: jsonBody(z.looseObject({ job: z.string().optional() })),
  responses: { 200: json('Its status', z.object({ job_status: z.string(), error: z.string(), log: z.string() })) },
})
const unused = (path: '/validate' | '/delete' | '/duplicate_model', summary: string) =>
  createRoute({
    method: 'post',
    path,
    tags,
    summary,
    request: jsonBody(Anything),
    responses: { 200: json('It was heard', z.object({ status: z.literal('ok') })) },
  })

export function addLegacyCalls(app: OpenAPIHono<EdgeEnvironment>, edge: Edge): void {
  app.openapi(train, async (c) => {
    const project = projectOf(c, c.req.valid('json').project)
    return c.json({ status: 'queued' as const, job: await sendEvent(edge, project, { kind: 'train' }) }, 200)
  })
  app.openapi(isTraining, async (c) => {
    const { platform, id } = projectOf(c, c.req.valid('query').project)
    const runs = await listRuns(edge.store, { platform, id })
    return c.json({ is_training: runs.some(isActive) }, 200)
  })
  app.openapi(jobStatus, (c) => c.json({ job_status: 'queued', error: '', log: '' }, 200))
  app.openapi(unused('/validate', 'Nothing is checked here: problems are shown by the project'), (c) =>
    c.json({ status: 'ok' as const }, 200),
  )
  app.openapi(unused('/delete', 'A backend was taken away. The project and its runs stay'), (c) =>
    c.json({ status: 'ok' as const }, 200),
  )
  app.openapi(unused('/duplicate_model', 'A project was copied. The copy begins anew'), (c) =>
    c.json({ status: 'ok' as const }, 200),
  )
}
