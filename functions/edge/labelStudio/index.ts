/** What a Label Studio server asks of an ML backend. @see https://labelstud.io/guide/ml_create */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import {
  HealthAnswer,
  PredictAnswer,
  PredictRequest,
  SetupAnswer,
  SetupRequest,
  VersionsAnswer,
  WebhookAnswer,
  WebhookRequest,
} from '../../../schemas/labelStudio/backend.ts'
import { projectOf } from '../access.ts'
import { parseBody, readText } from '../bodies.ts'
import { json, jsonBody, refuseMisfits } from '../documented.ts'
import type { EdgeEnvironment } from '../environment.ts'
import { TooLargeError } from '../errors.ts'
import { health } from '../health.ts'
import type { Edge } from '../options.ts'
import { doneVersions } from '../records.ts'
import { addLegacyCalls } from './legacy.ts'
import { openPredictions } from './predict.ts'
import { openSetup } from './setup.ts'
import { takeWebhook } from './webhook.ts'

const tags = ['Label Studio']

const healthCall = createRoute({
  method: 'get',
  path: '/health',
  tags,
  summary: 'Whether it runs',
  security: [],
  responses: { 200: json('It runs', HealthAnswer) },
})
const versions = createRoute({
  method: 'get',
  path: '/versions',
  tags,
  summary: 'Versions of the runs that are done, oldest first',
  responses: { 200: json('Their names', VersionsAnswer) },
})
const setup = createRoute({
  method: 'post',
  path: '/setup',
  tags,
  summary: 'Connect a project, and ask which version it shows',
  request: jsonBody(SetupRequest),
  responses: { 200: json('The version that predictions are stamped with', SetupAnswer) },
})
const predict = createRoute({
  method: 'post',
  path: '/predict',
  tags,
  summary: 'Predictions of tasks',
  description:
    'One item for each task: for a sample a prediction made before, for another image what the segmenter of the version ' +
    'shown makes of it. An empty list where there is none, where the answer would become too large, or where there was no ' +
    'time left: then it is pushed later. Where a person drew a hint: the regions that it means.',
  request: jsonBody(PredictRequest),
  responses: { 200: json('The predictions', PredictAnswer) },
})
const webhook = createRoute({
  method: 'post',
  path: '/webhook',
  tags,
  summary: 'Tell what happened',
  description: 'Acknowledged as soon as it is in the queue. What it holds is read from the platform later.',
  request: jsonBody(WebhookRequest),
  responses: { 200: json('What becomes of it', WebhookAnswer) },
})

export function labelStudioRoutes(edge: Edge): OpenAPIHono<EdgeEnvironment> {
  const app = new OpenAPIHono<EdgeEnvironment>({ defaultHook: refuseMisfits })
  const { bodyBytes, predictBytes } = edge.limits
  const answerSetup = openSetup(edge)
  const answerPredict = openPredictions(edge)

  // The server waits a second for this one, so the store is not asked.
  app.openapi(healthCall, (c) => c.json(health, 200))
  app.openapi(versions, async (c) => {
    const access = c.get('access')
    const done = await doneVersions(edge.store, access === 'all' ? undefined : access)
    return c.json({ versions: [...done] }, 200)
  })

  // These two look at large bodies only as closely as they need to.
  app.openAPIRegistry.registerPath(webhook)
  app.post(webhook.getRoutingPath(), async (c) => c.json(await takeWebhook(edge, c)))
  app.openAPIRegistry.registerPath(predict)
  app.post(predict.getRoutingPath(), async (c) => {
    const text = await readText(c, predictBytes)
    if (text === undefined) throw new TooLargeError(predictBytes)
    const request = parseBody(PredictRequest, text)
    projectOf(c, request.project)
    return c.body(await answerPredict(request), 200, { 'Content-Type': 'application/json' })
  })

  const limited = bodyLimit({
    maxSize: bodyBytes,
    onError: () => {
      throw new TooLargeError(bodyBytes)
    },
  })
  for (const path of ['/setup', '/train', '/job_status', '/validate', '/delete', '/duplicate_model'])
    app.use(path, limited)
  app.openapi(setup, async (c) => {
    const request = c.req.valid('json')
    projectOf(c, request.project)
    return c.json({ model_version: await answerSetup(request) }, 200)
  })
  addLegacyCalls(app, edge)
  return app
}
