import type { Message } from '../../integrations/queue/index.ts'
import { Event, maximumEventIds } from '../../schemas/event.ts'
import { QueueRefusedError } from './errors.ts'
import type { Edge } from './options.ts'
import type { ProjectPath } from './paths.ts'

/** Most bytes of a message, as the queue takes them. */
const maximumBytes = 4096
const maximumIdLength = 32

/** What happened, to which project. */
export type Happening = Pick<Event, 'kind'> & Partial<Pick<Event, 'annotations' | 'tasks' | 'version' | 'id'>>

/**
 * Puts an event into the queue. Ids that do not fit are left out: whoever handles it reads the truth from the platform.
 * @returns the event's id
 * @throws QueueRefusedError where the queue does not take it; the log says why
 */
export async function sendEvent(edge: Edge, { platform, id: project }: ProjectPath, what: Happening): Promise<string> {
  const { annotations = [], tasks = [], ...rest } = what
  const event: Event = Event.parse({
    id: edge.newId(),
    ...rest,
    platform,
    project,
    annotations: annotations.filter((id) => id.length <= maximumIdLength).slice(0, maximumEventIds),
    tasks: tasks.filter((id) => id.length <= maximumIdLength).slice(0, maximumEventIds),
    at: edge.now().toISOString(),
  })
  try {
    await edge.queue.send(messageOf(event))
  } catch (error) {
    edge.log?.error(
      { err: error, project: `${platform}-${project}`, event: event.kind },
      'the queue did not take an event',
    )
    throw new QueueRefusedError()
  }
  return event.id
}

function messageOf(event: Event): Message {
  const body = JSON.stringify(event)
  if (Buffer.byteLength(body) <= maximumBytes)
    return { group: `${event.platform}-${event.project}`, id: event.id, body }
  const half = <T>(list: readonly T[]): T[] => list.slice(0, Math.floor(list.length / 2))
  return messageOf({ ...event, annotations: half(event.annotations), tasks: half(event.tasks) })
}

/** Ids in groups of what one event carries. */
export function* inEvents(ids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < ids.length; start += maximumEventIds) yield ids.slice(start, start + maximumEventIds)
}
