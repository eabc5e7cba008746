import type { Queue } from '../../integrations/queue/index.ts'
import { answerBatch, type BatchAnswer, readBatch } from '../../integrations/queue/sqsBatch.ts'
import type { SqsGroup } from '../../integrations/queue/sqsGroups.ts'
import type { ReactorContext } from '../reactor/context.ts'
import { lookAgainMessage } from '../reactor/events.ts'
import { react } from '../reactor/react.ts'
import type { countTo } from './log.ts'

export interface BatchPlace {
  readonly context: ReactorContext
  readonly queue: Pick<Queue, 'send'>
  /** Lets messages come again after so many seconds. */
  readonly delay: (receipts: readonly string[], seconds: number) => Promise<void>
  readonly count: ReturnType<typeof countTo>
}

/**
 * Reacts to one event of Lambda, group by group: the groups are different projects, whose looks wait for one another's
 * answers only.
 * @param event of an event source that is a FIFO queue and reports failures of single messages
 * @returns the messages that are to come again
 */
export async function reactToBatch(place: BatchPlace, event: unknown): Promise<BatchAnswer> {
  const groups = readBatch(event)
  const again = await Promise.all(groups.map((group) => settle(place, group)))
  place.count(
    { Events: groups.reduce((sum, { ids }) => sum + ids.length, 0), Looks: groups.length },
    { kind: 'reactor' },
  )
  return answerBatch(groups, new Set(again.flat()))
}

/** @returns ids of the messages that are to come again */
async function settle({ context, queue, delay }: BatchPlace, group: SqsGroup): Promise<readonly string[]> {
  try {
    const reaction = await react(context, group)
    if (reaction.kind === 'later') {
      await delay(group.receipts, Math.ceil(reaction.seconds))
      return group.ids
    }
    if (reaction.kind === 'look-again') await queue.send(lookAgainMessage(group.bodies, context))
    return []
  } catch (error) {
    // Not named as dealt with, they come again when their time is up.
    const reason = error instanceof Error ? error.message : String(error)
    context.log.error({ group: group.group }, `a reaction could not be noted down: ${reason}`)
    return group.ids
  }
}
