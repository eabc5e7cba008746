import { type Context, Hono } from 'hono'
import type { Queue } from '../../../integrations/queue/index.ts'
import type { Store } from '../../../integrations/storage/index.ts'
import { nameOf, projectOfName } from '../../projectNames.ts'
import { NotFoundError, NotOfferedError } from '../errors.ts'
import { answerLive, streamLive } from './live.ts'
import { notFoundPage } from './notFoundPage.ts'
import { projectPage, projectSnapshot } from './projectPage.ts'
import { projectsPage, projectsSnapshot } from './projectsPage.ts'
import { createProjectList } from './reading/names.ts'
import { createViews, type ProjectDetails } from './reading/views.ts'
import type { Snapshot } from './snapshot.ts'
import { createWatch, type Watch } from './watch.ts'

export interface PagesOptions {
  readonly store: Store
  readonly queue: Pick<Queue, 'depth'>
  /** Whether answers can be streams. Default true. */
  readonly streams?: boolean | undefined
  readonly now?: () => Date
  /** How often the store is looked at while a page is open: once for all pages of a project. */
  readonly pollMilliseconds?: number
}

/** Without events every page asks for itself, so less often. */
const pollsPerQuestion = 3

/**
 * The pages that people look at. They can be mounted anywhere, since all their addresses are relative, and expect the
 * project API below `api/` beside them.
 *
 * | path | answer |
 * |---|---|
 * | `/` | all projects |
 * | `/projects/:name` | one project, named `<platform>-<id>` |
 * | `/projects/:name/events`, `/projects/events` | server-sent events, `state`: sections of the page that changed, as HTML |
 * | `/projects/:name/live`, `/projects/live` | the same once, as JSON: `{ state, sections: { name: html } }`; of `?state=` only changes |
 */
export function pageRoutes({
  store,
  queue,
  streams = true,
  now = () => new Date(),
  pollMilliseconds = 1000,
}: PagesOptions): Hono {
  const views = createViews(store, queue)
  const listPaths = createProjectList(store, now)
  const questionMilliseconds = pollsPerQuestion * pollMilliseconds
  const same = (before: Snapshot, after: Snapshot): boolean => before.state === after.state

  const snapshotOfAll = async (): Promise<Snapshot> => {
    const [found, depth] = await Promise.all([
      listPaths().then((paths) => Promise.all(paths.map((path) => views.overview(path)))),
      queue.depth(),
    ])
    return projectsSnapshot(
      found.flatMap((view) => view ?? []),
      depth,
    )
  }
  const watchOfAll = createWatch({ read: snapshotOfAll, same, milliseconds: pollMilliseconds })

  const find = async (name: string): Promise<ProjectDetails | undefined> => {
    const path = projectOfName(name)
    return path && (await views.details(path))
  }
  const require = async (name: string): Promise<ProjectDetails> => {
    const view = await find(name)
    if (view === undefined) throw new NotFoundError(`there is no project ${JSON.stringify(name.slice(0, 80))}`)
    return view
  }
  // One for each project that was ever looked at, since projects are few.
  const watches = new Map<string, Watch<Snapshot>>()
  const watchOf = (name: string): Watch<Snapshot> => {
    const known = watches.get(name)
    if (known !== undefined) return known
    const read = async (): Promise<Snapshot> => projectSnapshot(await require(name), now())
    const watch = createWatch({ read, same, milliseconds: pollMilliseconds })
    watches.set(name, watch)
    return watch
  }

  const app = new Hono()
  if (!streams)
    app.on('GET', ['/projects/events', '/projects/:name/events'], () => {
      throw new NotOfferedError('this server sends no events: ask for what is live')
    })
  app.get('/', async (c) =>
    c.html(projectsPage(await snapshotOfAll(), { base: baseOf(c, 0), pollMilliseconds: questionMilliseconds })),
  )
  app.get('/projects/events', (c) => streamLive(c, watchOfAll))
  app.get('/projects/live', async (c) => answerLive(c, await snapshotOfAll()))
  app.get('/projects/:name', async (c) => {
    const { name } = c.req.param()
    const view = await find(name)
    if (view === undefined) return c.html(notFoundPage(name, baseOf(c, 1)), 404)
    const snapshot = await projectSnapshot(view, now())
    return c.html(projectPage(view, snapshot, { base: baseOf(c, 1), pollMilliseconds: questionMilliseconds }))
  })
  app.get('/projects/:name/events', async (c) => {
    const view = await require(c.req.param('name'))
    return streamLive(c, watchOf(nameOf(view.path)))
  })
  app.get('/projects/:name/live', async (c) =>
    answerLive(c, await projectSnapshot(await require(c.req.param('name')), now())),
  )
  return app
}

/**
 * The way from a page's address to where the pages are mounted.
 * @param depth steps of the page's path below that, less one
 */
function baseOf(c: Context, depth: number): string {
  const { pathname } = new URL(c.req.url)
  if (depth > 0) return '../'.repeat(pathname.endsWith('/') ? depth + 1 : depth)
  // Mounted below a key, the list may be asked for without the slash that its addresses need.
  return pathname.endsWith('/') ? './' : `./${pathname.slice(pathname.lastIndexOf('/') + 1)}/`
}
