/** What a queue in SQS does where network, service or configuration fail. */
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Queue, QueueError } from '../../integrations/queue/index.ts'
import { openSqsQueue } from '../../integrations/queue/sqs.ts'
import { drain } from '../contract/queue.ts'
import { canaries, printed, refusalOf } from './support/awsRefusals.ts'
import { type Moto, startMoto } from './support/moto.ts'
import { type Fault, type Relay, type RelayedCall, startRelay } from './support/relay.ts'
import { createQueues, type QueueUrls } from './support/sqsQueue.ts'

let moto: Moto
let relay: Relay
let client: SQSClient
let urls: QueueUrls
let queue: Queue
let queues = 0
let sent = 0

beforeAll(async () => {
  moto = await startMoto()
  relay = await startRelay(moto.endpoint)
  client = new SQSClient({ ...moto.clientOptions, endpoint: relay.endpoint, credentials: canaries })
})
afterAll(async () => {
  client?.destroy()
  await relay?.close()
  await moto?.close()
})
beforeEach(async () => {
  relay.inflict(() => undefined)
  urls = await createQueues(client, `faults-${queues++}`)
  queue = open(urls.queueUrl)
  relay.inflict(() => undefined)
})

const open = (queueUrl: string): Queue =>
  openSqsQueue({
    client,
    queueUrl,
    deadLetterQueueUrl: urls.deadLetterQueueUrl,
    longPollSeconds: 0,
    patience: { tries: 3, wait: async () => undefined, random: () => 0.5 },
  })
const send = (group: string, body: string) => queue.send({ group, id: `id-${sent++}`, body })
const receive = () => queue.receive({ visibilitySeconds: 60, waitSeconds: 0 })
const received = async () => {
  const delivery = await receive()
  if (delivery === undefined) throw new Error('nothing was ready')
  return delivery
}
const isCallOf = ({ headers }: RelayedCall, action: string): boolean =>
  headers['x-amz-target'] === `AmazonSQS.${action}`
/** Lets the first calls of an action go wrong. */
const first =
  (count: number, action: string, fault: Fault) =>
  (call: RelayedCall): Fault =>
    isCallOf(call, action) && relay.calls.filter((other) => isCallOf(other, action)).length <= count ? fault : undefined
const answer = (body: object, status = 200): Fault => ({ kind: 'answer', status, body: JSON.stringify(body) })
const failed = (Code: string, SenderFault = false): Fault =>
  answer({ Successful: [], Failed: [{ Id: '0', Code, SenderFault }] })
const bodies = async () => (await drain(queue)).flatMap((delivery) => delivery.bodies)

describe('a message', () => {
  test('whose answer is lost is sent again by the SDK, and comes once', async () => {
    relay.inflict(first(1, 'SendMessageBatch', { kind: 'lose-answer' }))
    await send('faces', 'a')
    expect(relay.calls).toHaveLength(2)
    expect(await bodies()).toEqual(['a'])
  })

  test('that SQS did not take for a reason of its own is sent again, alone', async () => {
    relay.inflict(first(1, 'SendMessageBatch', failed('InternalError')))
    await send('faces', 'a')
    expect(await bodies()).toEqual(['a'])
  })

  test('that SQS never takes is an error that says why', async () => {
    relay.inflict(() => failed('InternalError'))
    await expect(send('faces', 'a')).rejects.toThrow(QueueError)
    expect(relay.calls).toHaveLength(3)
    await expect(send('faces', 'a')).rejects.toThrow('SQS did not take 1 messages (InternalError)')
  })

  test('that SQS refuses is not sent again', async () => {
    relay.inflict(() => failed('InvalidMessageContents', true))
    await expect(send('faces', 'a')).rejects.toThrow('InvalidMessageContents')
    expect(relay.calls).toHaveLength(1)
  })
})

describe('a delivery', () => {
  test.each(['DeleteMessageBatch', 'ChangeMessageVisibilityBatch'])(
    'is ended by %s as often as it takes',
    async (action) => {
      await send('faces', 'a')
      const delivery = await received()
      relay.inflict(first(2, action, failed('InternalError')))
      await (action === 'DeleteMessageBatch' ? delivery.done() : delivery.later(0))
      expect(relay.calls).toHaveLength(3)
      expect(await bodies()).toEqual(action === 'DeleteMessageBatch' ? [] : ['a'])
    },
  )

  test('that cannot be ended is an error, and can be ended later', async () => {
    await send('faces', 'a')
    const delivery = await received()
    relay.inflict(() => failed('InternalError'))
    await expect(delivery.done()).rejects.toThrow('SQS did not take away 1 messages (InternalError)')
    relay.inflict(() => undefined)
    expect((await queue.depth()).messages).toBe(1)
    await delivery.done()
    expect((await queue.depth()).messages).toBe(0)
  })

  test.each(['ReceiptHandleIsInvalid', 'InvalidParameterValue', 'AWS.SimpleQueueService.MessageNotInflight'])(
    "is another's where SQS says %s, and that is well",
    async (code) => {
      await send('faces', 'a')
      const [delivery] = [await received()]
      relay.inflict(() => failed(code, true))
      await delivery.later(5)
      expect(relay.calls).toHaveLength(1)
    },
  )

  test('whose answer was lost is asked for again by the SDK under the same name', async () => {
    await send('faces', 'a')
    relay.inflict(first(1, 'ReceiveMessage', { kind: 'lose-answer' }))
    await receive()
    const attempts = relay.calls.map(({ body }) => JSON.parse(body).ReceiveRequestAttemptId)
    expect(attempts).toHaveLength(2)
    expect(attempts[1]).toBe(attempts[0])
  })
})

describe('errors', () => {
  test('of all calls are QueueErrors that show no credential, however they are printed', async () => {
    await send('faces', 'a')
    const delivery = await received()
    const message = `The Canonical String should have been x-amz-security-token:${canaries.sessionToken} of ${canaries.accessKeyId}`
    relay.inflict(() => answer({ __type: 'com.amazonaws.sqs#SignatureDoesNotMatch', message }, 403))
    const calls = [() => send('faces', 'b'), receive, () => queue.depth(), delivery.done]
    for (const call of calls) {
      const refusal = await refusalOf(call())
      expect(refusal).toBeInstanceOf(QueueError)
      expect(refusal.message).toContain('the credentials are not accepted')
      for (const canary of Object.values(canaries)) expect(printed(refusal)).not.toContain(canary)
    }
  })

  test('name a queue that is not there', async () => {
    const lost = open(`${relay.endpoint}/123456789012/never-made.fifo`)
    await expect(lost.send({ group: 'a', id: 'a', body: 'a' })).rejects.toThrow(
      /never-made.fifo: there is no such queue/,
    )
    await expect(lost.depth()).rejects.toThrow('there is no such queue: check its URL and region')
  })

  test('say when nobody answers', async () => {
    const gone = await startRelay(moto.endpoint)
    await gone.close()
    const nobody = new SQSClient({ ...moto.clientOptions, endpoint: gone.endpoint })
    const lost = openSqsQueue({ client: nobody, queueUrl: `${gone.endpoint}/123456789012/any.fifo` })
    await expect(lost.send({ group: 'a', id: 'a', body: 'a' })).rejects.toThrow('cannot be reached')
    nobody.destroy()
  })

  test('say that a queue must be a FIFO queue', async () => {
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `plain-${queues}` }))
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))
    const plain = open(QueueUrl)
    await expect(plain.receive({ visibilitySeconds: 60, waitSeconds: 0 })).rejects.toThrow(
      'make the queue a FIFO queue',
    )
  })
})
