import { SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll } from 'vitest'
import { openSqsQueue, sqsPromises } from '../../integrations/queue/sqs.ts'
import { describeQueue } from '../contract/queue.ts'
import { type Moto, startMoto } from './support/moto.ts'
import { clientAt, createQueues } from './support/sqsQueue.ts'

let moto: Moto
let maker: SQSClient
let queues = 0

beforeAll(async () => {
  moto = await startMoto()
  maker = new SQSClient(moto.clientOptions)
})
afterAll(async () => {
  maker?.destroy()
  await moto?.close()
})

describeQueue({
  name: 'SQS',
  promises: sqsPromises,
  async open(clock) {
    const urls = await createQueues(maker, `queue-${queues++}`)
    const client = clientAt(moto, clock.now)
    const queue = openSqsQueue({ ...clock, ...urls, client, longPollSeconds: 0 })
    const close = async (): Promise<void> => {
      await queue.close()
      client.destroy()
    }
    return { ...queue, close }
  },
})
