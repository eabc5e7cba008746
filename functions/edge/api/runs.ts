/** Records, reports and pictures of runs. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Store } from '../../../integrations/storage/index.ts'
import type { RunKeys } from '../../../integrations/storage/keys.ts'
import { Run } from '../../../schemas/run.ts'
import { json, other } from '../documented.ts'
import type { EdgeEnvironment } from '../environment.ts'
import { NotFoundError } from '../errors.ts'
import type { Edge } from '../options.ts'
import { PicturePath, ProjectPath, RunPath } from '../paths.ts'
import { listRuns, readProject, readRun, runKeysOf } from '../records.ts'
import { renderStoredReport } from './report.ts'

/** A run's pictures never change: a job that made others would be refused by the store. Only the asker may keep them. */
const forGood = 'private, max-age=31536000, immutable'

const tags = ['Runs']
const runs = '/projects/{platform}/{id}/runs'

const list = createRoute({
  method: 'get',
  path: runs,
  tags,
  summary: 'Runs of a project, oldest first',
  request: { params: ProjectPath },
  responses: { 200: json('The runs', z.object({ runs: z.array(Run) })) },
})
const one = createRoute({
  method: 'get',
  path: `${runs}/{version}`,
  tags,
  summary: 'A run',
  request: { params: RunPath },
  responses: { 200: json('The run', Run) },
})
const report = createRoute({
  method: 'get',
  path: `${runs}/{version}/report`,
  tags,
  summary: 'The report of a run as a page',
  request: { params: RunPath },
  responses: { 200: other('The page', 'text/html') },
})
const image = createRoute({
  method: 'get',
  path: `${runs}/{version}/images/{file}`,
  tags,
  summary: 'A generated image: <sample>.png',
  request: { params: PicturePath },
  responses: { 200: other('The image', 'image/png') },
})
const labels = createRoute({
  method: 'get',
  path: `${runs}/{version}/labels/{file}`,
  tags,
  summary: "An image's label map: <sample>.png, 8-bit indexed, the indices are the part ids",
  request: { params: PicturePath },
  responses: { 200: other('The label map', 'image/png') },
})

export function addRuns(app: OpenAPIHono<EdgeEnvironment>, { store }: Edge): void {
  app.openapi(list, async (c) => {
    const path = c.req.valid('param')
    await readProject(store, path)
    return c.json({ runs: [...(await listRuns(store, path))] }, 200)
  })
  app.openapi(one, async (c) => c.json(await readRun(store, c.req.valid('param')), 200))
  app.openapi(report, async (c) => c.html(await renderStoredReport(store, c.req.valid('param'))))
  app.openapi(image, (c) => picture(store, c, c.req.valid('param'), (run, sample) => run.image(sample)))
  app.openapi(labels, (c) => picture(store, c, c.req.valid('param'), (run, sample) => run.labelMap(sample)))
}

/** @throws NotFoundError where the run has no such sample, InvalidKeyError where there can be none */
async function picture(
  store: Store,
  c: Context,
  { file, ...path }: PicturePath,
  keyOf: (run: RunKeys, sample: string) => string,
): Promise<Response> {
  const object = await store.get(keyOf(runKeysOf(path), file.slice(0, -'.png'.length)))
  if (object === undefined) throw new NotFoundError(`run ${path.version} of ${path.platform}/${path.id} has no ${file}`)
  c.header('Cache-Control', forGood)
  // Object stores in the cloud write the quotes themselves.
  c.header('ETag', `"${object.etag.replaceAll('"', '')}"`)
  c.header('Content-Type', 'image/png')
  return c.body(Uint8Array.from(object.bytes))
}
