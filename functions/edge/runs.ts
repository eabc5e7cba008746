import { type Context, Hono } from 'hono'
import type { Store } from '../../integrations/storage/index.ts'
import type { RunKeys } from '../../integrations/storage/keys.ts'
import { NotFoundError } from './errors.ts'
import { PicturePath, ProjectPath, parsePath, RunPath } from './paths.ts'
import { listRuns, readRun, runKeysOf } from './records.ts'
import { renderStoredReport } from './report.ts'

/** A run's pictures never change: a job that made others would be refused by the store. Only the asker may keep them. */
const forGood = 'private, max-age=31536000, immutable'

/** Records, reports and pictures of runs, below `/projects/:platform/:id/runs`. */
export function runRoutes(store: Store): Hono {
  const app = new Hono()
  app.get('/', async (c) => c.json({ runs: await listRuns(store, parsePath(ProjectPath, c.req.param())) }))
  app.get('/:version', async (c) => c.json(await readRun(store, parsePath(RunPath, c.req.param()))))
  app.get('/:version/report', async (c) => c.html(await renderStoredReport(store, parsePath(RunPath, c.req.param()))))
  app.get('/:version/images/:file', (c) => picture(store, c, (run, sample) => run.image(sample)))
  app.get('/:version/labels/:file', (c) => picture(store, c, (run, sample) => run.labelMap(sample)))
  return app
}

/** @throws NotFoundError where the run has no such sample, BadPathError and InvalidKeyError where there can be none */
async function picture(store: Store, c: Context, keyOf: (run: RunKeys, sample: string) => string): Promise<Response> {
  const { file, ...path } = parsePath(PicturePath, c.req.param())
  const object = await store.get(keyOf(runKeysOf(path), file.slice(0, -'.png'.length)))
  if (object === undefined) throw new NotFoundError(`run ${path.version} of ${path.platform}/${path.id} has no ${file}`)
  c.header('Cache-Control', forGood)
  // Object stores in the cloud write the quotes themselves.
  c.header('ETag', `"${object.etag.replaceAll('"', '')}"`)
  c.header('Content-Type', 'image/png')
  return c.body(Uint8Array.from(object.bytes))
}
