/** Messages as SQS hands them out, and the calls that end or delay them. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message as ReceivedMessage,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { type Patience, pauseAfter } from '../aws/patience.ts'
import { QueueError } from './index.ts'
import type { SqsMessage } from './sqsGroups.ts'

/** Where messages lie. */
export interface SqsPlace {
  readonly client: SQSClient
  readonly queueUrl: string
  readonly patience: Patience
}

/** @throws QueueError for a message of a queue that is not FIFO */
export function readMessage({ Attributes, Body, MessageId = '', ReceiptHandle }: ReceivedMessage): SqsMessage {
  const group = Attributes?.MessageGroupId
  if (group === undefined || ReceiptHandle === undefined) {
    throw new QueueError('SQS gave a message without a group: make the queue a FIFO queue (a name that ends in .fifo).')
  }
  const deliveries = Number(Attributes?.ApproximateReceiveCount ?? 1)
  return { id: MessageId, group, text: Body ?? '', deliveries, receipt: ReceiptHandle }
}

/** Most messages of one call. */
export const mostOfOneCall = 10

/** Codes of receipts whose time is up: the message is another's, or comes again. */
const over = /ReceiptHandle|MessageNotInflight|InvalidParameterValue/

interface Answer {
  readonly Failed?: readonly { readonly Id: string | undefined; readonly Code: string | undefined }[] | undefined
}

/** Calls for all receipts, and again for those that failed. Receipts whose time is up count as done. */
async function forAll(
  receipts: readonly string[],
  what: string,
  patience: Patience,
  call: (entries: { readonly Id: string; readonly ReceiptHandle: string }[]) => Promise<Answer>,
): Promise<void> {
  for (let start = 0; start < receipts.length; start += mostOfOneCall) {
    let entries = receipts
      .slice(start, start + mostOfOneCall)
      .map((ReceiptHandle, index) => ({ Id: `${index}`, ReceiptHandle }))
    for (let tries = 1; ; tries += 1) {
      const { Failed = [] } = await call(entries)
      const left = new Map(
        Failed.map(({ Id, Code = '' }) => [Id, Code] as const).filter(([, code]) => !over.test(code)),
      )
      entries = entries.filter(({ Id }) => left.has(Id))
      if (entries.length === 0) break
      if (tries >= patience.tries) {
        throw new QueueError(`SQS did not ${what} ${entries.length} messages (${[...left.values()].join(', ')}).`)
      }
      await pauseAfter(tries, patience)
    }
  }
}

/** Takes messages away that are dealt with. @throws QueueError, and errors of the SDK as they are */
export function endMessages({ client, queueUrl, patience }: SqsPlace, receipts: readonly string[]): Promise<void> {
  return forAll(receipts, 'take away', patience, (Entries) =>
    client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries })),
  )
}

/**
 * Lets messages come again after so many seconds, whole ones. All of a group wait, since none comes before an earlier one.
 * @throws QueueError, and errors of the SDK as they are
 */
export function delayMessages(
  { client, queueUrl, patience }: SqsPlace,
  receipts: readonly string[],
  seconds: number,
): Promise<void> {
  return forAll(receipts, 'delay', patience, (entries) => {
    const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: seconds }))
    return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }))
  })
}
