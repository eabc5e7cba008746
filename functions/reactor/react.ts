import { PlatformError, PlatformUnavailableError } from '../../integrations/platform/index.ts'
import type { Delivery } from '../../integrations/queue/index.ts'
import { StorageError } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import { Event } from '../../schemas/event.ts'
import type { Notice } from '../../schemas/notice.ts'
import type { ReactorContext, ReactorPlace } from './context.ts'
import { look } from './look.ts'
import { noteTrouble, orderRefused } from './noteTrouble.ts'
import { carryOutOrder, isOrder } from './orders.ts'
import { beginPredictions } from './wantPredictions.ts'

/** Seconds between two looks at a project that settles: orders wait no longer behind them. */
const longestWait = 10

/** Seconds before something that failed is tried again: longer each time, and never so long that a person gives up. */
const retryAfter = (attempt: number): number => Math.min(60, 2 ** Math.min(attempt, 6))

/** What becomes of a delivery. */
export type Reaction =
  | { readonly kind: 'done' }
  /** The same messages again, later. */
  | { readonly kind: 'later'; readonly seconds: number }
  /** Done, but the project has to be looked at again. */
  | { readonly kind: 'look-again' }

/**
 * Reacts to the events of one project: orders first, then one look, however many events there are.
 * A platform that is out of reach, or a store that fails, is tried again later; nothing is lost.
 */
export async function react(
  context: ReactorContext,
  delivery: Pick<Delivery, 'bodies' | 'attempt'>,
): Promise<Reaction> {
  const { log } = context
  const events = delivery.bodies.flatMap((body) => readEvent(context, body) ?? [])
  const [first] = events
  if (first === undefined) return { kind: 'done' }
  const platform = context.platformOf(first.platform)
  if (platform === undefined) {
    log.error({ platform: first.platform }, 'an event came of a platform that is not set up here; it is left aside')
    return { kind: 'done' }
  }
  const keys = projectKeys(first.platform, first.project)
  const place: ReactorPlace = { ...context, keys, platform, project: first.project }
  const orders = events.filter(isOrder)
  try {
    const refusals: Notice[] = []
    for (const order of orders) refusals.push(...(await tryOrder(place, order)))
    const seconds = await look(place, orders.length > 0 ? refusals : undefined)
    await beginPredictions(place)
    if (seconds === undefined) return { kind: 'done' }
    return orders.length > 0 ? { kind: 'look-again' } : { kind: 'later', seconds: Math.min(seconds, longestWait) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const fields = { project: keys.root, events: events.length, attempt: delivery.attempt }
    if (error instanceof PlatformError && !isWorthWaiting(error)) {
      log.error(fields, `the platform refuses: ${reason}`)
      await noteTrouble(place, { code: 'platform-refuses', level: 'error', message: reason })
      return { kind: 'done' }
    }
    log.warn(fields, `tried again later: ${reason}`)
    if (error instanceof PlatformUnavailableError)
      await noteTrouble(place, { code: 'platform-unavailable', level: 'warning', message: reason })
    return { kind: 'later', seconds: retryAfter(delivery.attempt) }
  }
}

const isWorthWaiting = (error: unknown): boolean =>
  error instanceof PlatformUnavailableError || error instanceof StorageError

/** An order that cannot be carried out is told of and left aside: others that came with it, and the look, do not fall with it. */
async function tryOrder(place: ReactorPlace, order: Event): Promise<readonly Notice[]> {
  try {
    await carryOutOrder(place, order)
    return []
  } catch (error) {
    if (isWorthWaiting(error)) throw error
    const fields = { project: place.keys.root, order: order.kind, version: order.version }
    const reason = error instanceof Error ? error.message : String(error)
    const message = `what a person asked for cannot be done: ${reason}`
    place.log.error(fields, message)
    return [{ code: orderRefused, level: 'error', message: message.slice(0, 2000) }]
  }
}

/** Whether there is more to a delivery than a look. */
export function holdsOrder({ bodies }: Pick<Delivery, 'bodies'>): boolean {
  return bodies.some((body) => {
    try {
      return isOrder(Event.parse(JSON.parse(body)))
    } catch {
      return false
    }
  })
}

/** An event that cannot be read is left aside: the reconciler finds what it told of. */
function readEvent({ log }: ReactorContext, body: string): Event | undefined {
  try {
    return Event.parse(JSON.parse(body))
  } catch {
    log.error({ bytes: body.length }, 'an event could not be read; it is left aside')
    return undefined
  }
}
