import { Created, ProjectAnswer, ProjectList } from '../../schemas/labelStudio/api.ts'
import { ModelVersion } from '../../schemas/modelVersion.ts'
import type { Notice } from '../../schemas/notice.ts'
import { PlatformError, type PlatformProject } from '../platform/index.ts'
import type { LabelStudioClient } from './client.ts'
import { RefusedError } from './errors.ts'
import {
  createLabelConfig,
  explainLabelConfig,
  type LabelConfig,
  LabelConfigError,
  type PaintingKind,
  paintableLabels,
  paintingKindFor,
  parseLabelConfig,
} from './format/index.ts'
import { numberOf } from './numberOf.ts'

/** A project as the server stores it. */
export function fetchProject(client: LabelStudioClient, project: string): Promise<ProjectAnswer> {
  const path = `/api/projects/${numberOf(project, 'project')}/`
  return client.call({ method: 'GET', path, answer: ProjectAnswer, what: `reading project ${project}` })
}

/** @throws PlatformError where the project's label configuration cannot be read */
export async function requireLabelConfig(client: LabelStudioClient, project: string): Promise<LabelConfig> {
  const { label_config } = await fetchProject(client, project)
  try {
    return parseLabelConfig(label_config ?? '')
  } catch (error) {
    if (error instanceof LabelConfigError) throw new PlatformError(`Project ${project}: ${error.message}`)
    throw error
  }
}

export async function readProject(client: LabelStudioClient, project: string): Promise<PlatformProject> {
  const { id, title, label_config, model_version } = await fetchProject(client, project)
  const shown = ModelVersion.safeParse(model_version)
  return {
    id,
    title,
    address: `${client.address}/projects/${id}/data`,
    shown: shown.success ? shown.data : undefined,
    ...explained(label_config ?? ''),
  }
}

function explained(xml: string): Pick<PlatformProject, 'labels' | 'notices'> {
  try {
    const config = parseLabelConfig(xml)
    const labels = paintableLabels(config).map(({ name, color }) => ({ name, color }))
    return { labels, notices: explainLabelConfig(config) }
  } catch (error) {
    if (!(error instanceof LabelConfigError)) throw error
    const notice: Notice = { code: 'label-config', level: 'error', message: error.message }
    return { labels: [], notices: [notice] }
  }
}

export interface NewProject {
  /** 3 to 50 characters. */
  readonly title: string
  /** What is to be painted, with colours as `#rrggbb`. */
  readonly labels: readonly { readonly name: string; readonly color: string | undefined }[]
  /** How it is painted. @default what opens fastest for so many labels */
  readonly kind?: PaintingKind
  /** Whether a click or a box asks for one part, too. @default false */
  readonly smartTools?: boolean
}

/** Makes a project for painting images. @returns its id */
export async function createProject(client: LabelStudioClient, project: NewProject): Promise<string> {
  const { title, labels, kind = paintingKindFor(labels.length) } = project
  const body = { title, label_config: labelConfigOf({ ...project, kind }) }
  const what = `creating the project ${JSON.stringify(title)}`
  const { id } = await client.call({ method: 'POST', path: '/api/projects/', body, answer: Created, what })
  return id
}

function labelConfigOf(project: NewProject & { readonly kind: PaintingKind }): string {
  try {
    return createLabelConfig(project)
  } catch (error) {
    if (error instanceof LabelConfigError) throw new PlatformError(error.message)
    throw error
  }
}

/**
 * Finds a project by its number, or by its whole title.
 * @returns its id; undefined where there is none
 * @throws PlatformError where several have the title
 */
export async function findProject(client: LabelStudioClient, idOrTitle: string): Promise<string | undefined> {
  if (/^\d{1,15}$/.test(idOrTitle)) {
    try {
      return (await fetchProject(client, idOrTitle)).id
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 404)) throw error
    }
  }
  const ids: string[] = []
  for await (const { id, title } of projectsLike(client, idOrTitle)) if (title === idOrTitle) ids.push(id)
  if (ids.length > 1) {
    const message = `Label Studio has several projects called ${JSON.stringify(idOrTitle)}`
    throw new PlatformError(`${message}: give the number of one of them, ${ids.slice(0, 10).join(', ')}.`)
  }
  return ids[0]
}

const projectPageSize = 100

async function* projectsLike(client: LabelStudioClient, title: string): AsyncGenerator<ProjectAnswer> {
  let seen = 0
  for (let page = 1; ; page += 1) {
    const query = { title, page, page_size: projectPageSize }
    const what = 'listing the projects'
    const call = { method: 'GET', path: '/api/projects/', query, answer: ProjectList, what } as const
    const { count, results } = await client.call(call)
    yield* results
    seen += results.length
    if (results.length === 0 || seen >= count) return
  }
}
