import type { Message } from '../../integrations/queue/index.ts'
import { Event } from '../../schemas/event.ts'

/** An event as the queue carries it. */
export function eventMessage(event: Event): Message {
  return { group: `${event.platform}-${event.project}`, id: event.id, body: JSON.stringify(event) }
}

/** Asks for another look at the project that events are of. @param bodies at least one, as the queue carried them */
export function lookAgainMessage([body = '']: readonly string[], times: MessageTimes): Message {
  return reconcileMessage(Event.parse(JSON.parse(body)), times)
}

/** What messages that are made here get. */
export interface MessageTimes {
  readonly now: () => Date
  readonly newId: () => string
}

/** Says that it is time to look at a project, whether something happened or not. */
export function reconcileMessage(
  { platform, project }: Pick<Event, 'platform' | 'project'>,
  { now, newId }: MessageTimes,
): Message {
  return eventMessage(Event.parse({ id: newId(), platform, project, kind: 'reconcile', at: now().toISOString() }))
}
