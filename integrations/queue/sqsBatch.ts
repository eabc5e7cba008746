/**
 * What Lambda makes of a FIFO queue: one event with at most ten messages of any groups, and one answer that names the
 * messages that are to come again. What is not named, Lambda deletes. So nothing is called here; a delay is set by
 * `delayMessages` (sqsMessages.ts) before the messages are named.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
import { z } from 'zod'
import { faultsOf } from '../../schemas/faults.ts'
import { QueueError } from './index.ts'
import { groupsOf, type SqsGroup } from './sqsGroups.ts'

const BatchEvent = z.object({
  Records: z.array(
    z
      .object({
        messageId: z.string().min(1),
        receiptHandle: z.string().min(1),
        body: z.string(),
        attributes: z.object({
          ApproximateReceiveCount: z.coerce.number().int().min(1),
          MessageGroupId: z.string().min(1),
        }),
      })
      .transform(({ messageId, receiptHandle, body, attributes }) => ({
        id: messageId,
        receipt: receiptHandle,
        text: body,
        group: attributes.MessageGroupId,
        deliveries: attributes.ApproximateReceiveCount,
      })),
  ),
})

/** An answer to Lambda; the event source must have ReportBatchItemFailures, or it is not read. */
export interface BatchAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[]
}

/**
 * The messages of an event by group, each group to be reacted to by itself.
 * @throws QueueError for what is no event of a FIFO queue; it shows no message
 */
export function readBatch(event: unknown): readonly SqsGroup[] {
  const parsed = BatchEvent.safeParse(event)
  if (parsed.success) return groupsOf(parsed.data.Records)
  const faults = faultsOf(parsed.error).join('; ')
  throw new QueueError(`This is no event of a FIFO queue of SQS (${faults}). Check what calls the function.`)
}

/**
 * Lets messages come again, and with each of them all later ones of its group: else those would overtake it.
 * @param again ids of messages that were not dealt with, or are to come again later
 */
export function answerBatch(groups: readonly SqsGroup[], again: ReadonlySet<string>): BatchAnswer {
  const ids = groups.flatMap((group) => {
    const first = group.ids.findIndex((id) => again.has(id))
    return first < 0 ? [] : group.ids.slice(first)
  })
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) }
}
