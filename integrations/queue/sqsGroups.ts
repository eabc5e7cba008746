/** Messages of SQS by group, whichever way they came: received, or handed to a Lambda function. */
import { decodeBody } from './sqsBody.ts'

/** What is needed of a message. */
export interface SqsMessage {
  /** SQS's own, not that of the sender. */
  readonly id: string
  readonly group: string
  readonly text: string
  readonly deliveries: number
  /** Names this handing-out of the message. */
  readonly receipt: string
}

/** Messages of one group that came together, in their order. */
export interface SqsGroup {
  readonly group: string
  readonly bodies: readonly string[]
  /** How often the first of them has been handed out: 1 at first. */
  readonly attempt: number
  readonly ids: readonly string[]
  readonly receipts: readonly string[]
}

/** Sorts messages by group, groups in the order of their first messages. */
export function groupsOf(messages: readonly SqsMessage[]): readonly SqsGroup[] {
  return [...Map.groupBy(messages, ({ group }) => group)].map(([group, own]) => ({
    group,
    bodies: own.map(({ text }) => decodeBody(text)),
    attempt: own[0]?.deliveries ?? 1,
    ids: own.map(({ id }) => id),
    receipts: own.map(({ receipt }) => receipt),
  }))
}
