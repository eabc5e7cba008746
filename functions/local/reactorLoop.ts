/** Reads the queue and reacts, on one machine. */
import type { Delivery, Queue } from '../../integrations/queue/index.ts'
import type { ReactorContext } from '../reactor/context.ts'
import { lookAgainMessage } from '../reactor/events.ts'
import { holdsOrder, react } from '../reactor/react.ts'
import { openPace, type Pace } from './pace.ts'

/** Seconds after which a reaction is taken for lost. It is renewed by no one, so it is longer than any look takes. */
const visibilitySeconds = 600
/** Seconds that one wait for a message takes at most. */
const waitSeconds = 20
/** Projects that are looked at at the same time. */
const readers = 4

/**
 * Reacts to events until the signal is aborted; then ends what it is at.
 * @param context its signal ends the loop
 */
export async function runReactor(
  queue: Queue,
  context: ReactorContext & { readonly signal: AbortSignal },
): Promise<void> {
  const { signal, log } = context
  const pace = openPace(() => context.now().getTime())
  const read = async (): Promise<void> => {
    while (!signal.aborted) {
      const delivery = await queue.receive({ visibilitySeconds, waitSeconds, signal }).catch(async (error: unknown) => {
        if (signal.aborted) return undefined
        log.error({ err: error }, 'the queue cannot be read; tried again in five seconds')
        await context.wait(5000, signal).catch(() => undefined)
        return undefined
      })
      if (delivery !== undefined) await settle(queue, context, pace, delivery)
    }
  }
  await Promise.all(Array.from({ length: readers }, read))
}

async function settle(queue: Queue, context: ReactorContext, pace: Pace, delivery: Delivery): Promise<void> {
  try {
    const rest = pace.restOf(delivery.group)
    if (rest > 0 && !holdsOrder(delivery)) return await delivery.later(rest / 1000)
    const begun = context.now().getTime()
    const reaction = await react(context, delivery)
    pace.looked(delivery.group, context.now().getTime() - begun)
    if (reaction.kind === 'later') return await delivery.later(reaction.seconds)
    if (reaction.kind === 'look-again') await queue.send(lookAgainMessage(delivery.bodies, context))
    await delivery.done()
  } catch (error) {
    // Undone, it comes again when its time is up.
    context.log.error({ err: error, group: delivery.group }, 'a reaction could not be noted down')
  }
}
