/** FIFO queues in moto, each with one for messages that were delivered ten times. */
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Moto } from './moto.ts'

export interface QueueUrls {
  readonly queueUrl: string
  readonly deadLetterQueueUrl: string
}

export async function createQueues(client: SQSClient, name: string, deliveries = 10): Promise<QueueUrls> {
  const create = async (QueueName: string, more: Record<string, string> = {}): Promise<string> => {
    const Attributes = { FifoQueue: 'true', ...more }
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }))
    if (QueueUrl === undefined) throw new Error(`moto made no queue ${QueueName}`)
    return QueueUrl
  }
  const deadLetterQueueUrl = await create(`${name}-dead.fifo`)
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
  )
  const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: String(deliveries) }
  return { deadLetterQueueUrl, queueUrl: await create(`${name}.fifo`, { RedrivePolicy: JSON.stringify(redrive) }) }
}

/** A client for which it is the time that the clock shows. */
export function clientAt({ clientOptions }: Moto, now: () => number): SQSClient {
  const client = new SQSClient(clientOptions)
  client.middlewareStack.add(
    (next) => (sent) => {
      const { request } = sent
      if (typeof request === 'object' && request !== null && 'headers' in request)
        Object.assign(Object(request.headers), { 'x-test-clock': String(now()) })
      return next(sent)
    },
    { step: 'build', name: 'testClock' },
  )
  return client
}
