import type { Message } from '../../integrations/queue/index.ts'
import { Event } from '../../schemas/event.ts'

/** An event as the queue carries it. */
export function eventMessage(event: Event): Message {
  return { group: `${event.platform}-${event.project}`, id: event.id, body: JSON.stringify(event) }
}

/** Says that it is time to look at a project, whether something happened or not. */
export function reconcileMessage(
  { platform, project }: Pick<Event, 'platform' | 'project'>,
  { now, newId }: { readonly now: () => Date; readonly newId: () => string },
): Message {
  return eventMessage(Event.parse({ id: newId(), platform, project, kind: 'reconcile', at: now().toISOString() }))
}
