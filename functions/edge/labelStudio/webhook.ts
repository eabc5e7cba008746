import type { Context } from 'hono'
import type { Event } from '../../../schemas/event.ts'
import { type WebhookAnswer, WebhookRequest } from '../../../schemas/labelStudio/backend.ts'
import { projectOf } from '../access.ts'
import { parseBody, readText } from '../bodies.ts'
import type { EdgeEnvironment } from '../environment.ts'
import { BadBodyError, QueueRefusedError } from '../errors.ts'
import { type Happening, sendEvent } from '../events.ts'
import type { Edge } from '../options.ts'
import type { ProjectPath } from '../paths.ts'

/** What follows from which action; from all others nothing does. */
const kindOfAction = new Map<string, Event['kind']>([
  ['ANNOTATION_CREATED', 'annotations'],
  ['ANNOTATION_UPDATED', 'annotations'],
  ['ANNOTATIONS_CREATED', 'annotations'],
  ['ANNOTATIONS_DELETED', 'annotations'],
  ['TASKS_CREATED', 'tasks'],
  ['TASKS_DELETED', 'tasks'],
  ['PROJECT_UPDATED', 'project'],
  ['LABEL_LINK_CREATED', 'project'],
  ['LABEL_LINK_UPDATED', 'project'],
  ['LABEL_LINK_DELETED', 'project'],
  ['START_TRAINING', 'train'],
])

/**
 * Writes what happened to the queue, and nothing else: a server that sent it holds up the annotator's own request until
 * it is answered, waits a second, and never tries again.
 * @throws BadBodyError, ForbiddenError; QueueRefusedError where a person asks for a run
 */
export async function takeWebhook(edge: Edge, c: Context<EdgeEnvironment>): Promise<WebhookAnswer> {
  const text = await readText(c, edge.limits.webhookBytes)
  const known = projectOfKey(c)
  if (text === undefined) {
    edge.log?.warn({ requestId: c.get('requestId') }, 'a webhook was too large to be read')
    return await queue(edge, c, known, { kind: 'reconcile' })
  }
  const request = parseBody(WebhookRequest, text)
  const kind = kindOfAction.get(request.action)
  if (kind === undefined) return { status: 'ignored' }
  const project = request.project == null ? known : projectOf(c, request.project)
  return await queue(edge, c, project, {
    kind,
    annotations: unique(request.annotation, request.annotations),
    tasks: unique(request.task, request.tasks),
  })
}

async function queue(
  edge: Edge,
  c: Context<EdgeEnvironment>,
  project: ProjectPath | undefined,
  what: Happening,
): Promise<WebhookAnswer> {
  if (project === undefined) return { status: 'left-to-reconciler' }
  c.set('project', `${project.platform}-${project.id}`)
  try {
    return { status: 'queued', job: await sendEvent(edge, project, what) }
  } catch (error) {
    // A server switches a webhook off that fails too often. What happened is found later; what is asked for is not.
    if (error instanceof QueueRefusedError && what.kind !== 'train') return { status: 'left-to-reconciler' }
    throw error
  }
}

/** Webhooks without a payload say nothing of the project, but a key may. @throws BadBodyError for a key of another platform */
function projectOfKey(c: Context<EdgeEnvironment>): ProjectPath | undefined {
  const access = c.get('access')
  if (access === 'all') return undefined
  if (access.platform !== 'label-studio') throw new BadBodyError('this key is not one of a Label Studio project')
  return access
}

const unique = (...lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())]
