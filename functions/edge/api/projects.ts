/** Projects, and how far they are. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { getJson, type Store } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { ModelVersion } from '../../../schemas/modelVersion.ts'
import { Project } from '../../../schemas/project.ts'
import { ProjectState } from '../../../schemas/projectState.ts'
import { SeedList } from '../../../schemas/seedList.ts'
import { listProjectNames } from '../../projectNames.ts'
import { json } from '../documented.ts'
import { forAllProjects } from '../doors.ts'
import type { EdgeEnvironment } from '../environment.ts'
import type { Edge } from '../options.ts'
import { ProjectPath } from '../paths.ts'
import { readProject } from '../records.ts'

const tags = ['Projects']

const ProjectStanding = z.object({
  project: Project,
  /** What the last look at the platform found; null before the first one, and in a project of files. */
  state: ProjectState.nullable(),
  /** Which version's predictions it shows. */
  serving: ModelVersion,
})

const list = createRoute({
  method: 'get',
  path: '/projects',
  tags,
  summary: 'All projects, with their states and the versions that they show',
  middleware: [forAllProjects] as const,
  responses: { 200: json('The projects', z.object({ projects: z.array(ProjectStanding) })) },
})
const one = createRoute({
  method: 'get',
  path: '/projects/{platform}/{id}',
  tags,
  summary: 'A project, with the samples that are to be painted',
  request: { params: ProjectPath },
  responses: { 200: json('The project', ProjectStanding.extend({ seeds: SeedList.nullable() })) },
})

export function addProjects(app: OpenAPIHono<EdgeEnvironment>, edge: Edge): void {
  const { store } = edge
  app.openapi(list, async (c) => {
    const standings = (await listProjectNames(store)).map(async (path) =>
      standing(edge, await readProject(store, path)),
    )
    const results = await Promise.allSettled(standings)
    // One damaged record must not hide the others.
    for (const result of results)
      if (result.status === 'rejected') edge.log?.error({ err: result.reason }, 'a project could not be read')
    const projects = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    return c.json({ projects }, 200)
  })
  app.openapi(one, async (c) => {
    const path = c.req.valid('param')
    const project = await readProject(store, path)
    const seeds = await read(store, projectKeys(path.platform, path.id).seeds, SeedList)
    return c.json({ ...(await standing(edge, project)), seeds }, 200)
  })
}

async function standing({ store, served }: Edge, project: Project): Promise<z.infer<typeof ProjectStanding>> {
  const state = await read(store, projectKeys(project.platform, project.id).state, ProjectState)
  return { project, state, serving: await served.of(project.platform, project.id) }
}

async function read<T>(store: Store, key: string, schema: z.ZodType<T>): Promise<T | null> {
  return (await getJson(store, key, schema))?.value ?? null
}
