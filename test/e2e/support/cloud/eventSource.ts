/** What stands between a queue and a function: receives messages, hands them over as one event, takes away what was dealt with. */
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import type { Resource } from './template.ts'

export interface EventSource {
  stop(): Promise<void>
}

const Mapping = z.object({
  BatchSize: z.int(),
  FunctionResponseTypes: z.tuple([z.literal('ReportBatchItemFailures')]),
})
const Answer = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) })

/**
 * Begins at once. What the function fails at comes again when its visibility timeout is over, be it the queue's own or one
 * that the function has set.
 * @param mapping of the template
 */
export function openEventSource(
  mapping: Resource,
  client: SQSClient,
  queueUrl: string,
  invoke: (event: unknown) => Promise<unknown>,
): EventSource {
  const { BatchSize } = Mapping.parse(mapping.properties)
  const over = new AbortController()

  const handOver = async (messages: readonly Message[]): Promise<void> => {
    const answer = Answer.safeParse(await invoke({ Records: messages.map(recordOf) }).catch(() => undefined))
    // What a function throws, or an answer that is none, lets all of them come again.
    if (!answer.success) return
    const failed = new Set(answer.data.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
    const Entries = messages.flatMap(({ MessageId = '', ReceiptHandle }) =>
      failed.has(MessageId) ? [] : [{ Id: MessageId, ReceiptHandle }],
    )
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
  }
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: BatchSize,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ['All'],
      })
      const received = await client.send(command, { abortSignal: over.signal }).catch((error: unknown) => {
        if (over.signal.aborted) return { Messages: [] }
        throw error
      })
      if (received.Messages !== undefined && received.Messages.length > 0) await handOver(received.Messages)
    }
  }
  const running = run()
  return {
    async stop() {
      over.abort()
      await running
    },
  }
}

const recordOf = ({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }: Message): object => ({
  messageId: MessageId,
  receiptHandle: ReceiptHandle,
  body: Body,
  attributes: Attributes,
  messageAttributes: {},
  md5OfBody: MD5OfBody,
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:queue.fifo',
  awsRegion: 'us-east-1',
})
