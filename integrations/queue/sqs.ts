/**
 * The queue in the cloud: a FIFO queue of SQS. The group of a message is its MessageGroupId and its id the
 * MessageDeduplicationId. What SQS does otherwise than the queues of one machine is told by `sqsPromises`:
 *
 * - One delivery holds at most ten messages, for SQS hands out no more of a group while some are under way.
 * - A delivery that was neither ended nor delayed in time comes again, whatever happens later.
 * - SQS counts how often a message was handed out, and cannot tell whether it was delayed or lost. The queue's redrive
 *   policy (maxReceiveCount, at most 1000) has to leave room for as many delays as a project needs to settle.
 * - Nothing stays invisible for more than twelve hours since it was handed out; a longer delay ends then.
 *
 * The role needs sqs:SendMessage to send; sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility to receive;
 * and sqs:GetQueueAttributes, of both queues, for the depth.
 */
import { randomUUID } from 'node:crypto'
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { awsFailure, explainAwsFailure } from '../aws/failure.ts'
import { defaultPatience, pauseAfter } from '../aws/patience.ts'
import { type Clock, systemClock } from './clock.ts'
import { createGroupCommit } from './groupCommit.ts'
import { type Delivery, type Message, type Queue, QueueError } from './index.ts'
import { checkMessage, checkSeconds } from './limits.ts'
import type { QueuePromises } from './promises.ts'
import { createReceiving, type Patient } from './receiving.ts'
import { encodeBody } from './sqsBody.ts'
import { groupsOf } from './sqsGroups.ts'
import { type HeldGroup, openSqsHold } from './sqsHold.ts'
import { delayMessages, endMessages, mostOfOneCall, readMessage, type SqsPlace } from './sqsMessages.ts'

export interface SqsQueueOptions extends Partial<Clock>, Pick<SqsPlace, 'client' | 'queueUrl'> {
  /** Of the queue in which messages are kept aside that were delivered too often. Without it their number is 0. */
  readonly deadLetterQueueUrl?: string | undefined
  readonly patience?: Partial<SqsPlace['patience']>
  /** Whole seconds that SQS holds back an empty answer; 0 to 20. With 0 it is asked once a second. */
  readonly longPollSeconds?: number
  readonly newId?: () => string
}

export const sqsPromises: QueuePromises = Object.freeze({ bodies: mostOfOneCall, endsLate: false, delaysCount: true })

/** Twelve hours since a message was handed out: SQS refuses more. */
const longestInvisible = 43_200
const pollMilliseconds = 1000

/** Opens the queue at an address, which must be there. Nothing is asked before the first call. */
export function openSqsQueue(options: SqsQueueOptions): Queue {
  const { client, queueUrl, deadLetterQueueUrl, longPollSeconds = 20, newId = randomUUID, patience, ...given } = options
  const clock: Clock = { ...systemClock, ...given }
  const place: SqsPlace = { client, queueUrl, patience: { ...defaultPatience, ...patience } }
  const hold = openSqsHold(clock)
  const over = new AbortController()

  const attempt = async <T>(what: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      if (error instanceof QueueError) throw error
      throw new QueueError(`Could not ${what} ${queueUrl}: ${explainAwsFailure(awsFailure(error))}.`)
    }
  }
  const checkOpen = (): void => {
    if (over.signal.aborted) throw new QueueError(`The queue ${queueUrl} is closed. Open it again to use it.`)
  }

  const sends = createGroupCommit<Message>(async (messages) => {
    await attempt('send to', () => sendAll(place, messages))
    receiving.wake()
  }, mostOfOneCall)

  const fetch = async (visibilitySeconds: number, seconds: number): Promise<void> => {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: mostOfOneCall,
      VisibilityTimeout: visibilitySeconds,
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ['MessageGroupId', 'ApproximateReceiveCount'],
      // The SDK asks again where an answer was lost, and by this gets the same messages.
      ReceiveRequestAttemptId: newId(),
    })
    const { Messages = [] } = await attempt('receive from', () =>
      client.send(command, { abortSignal: over.signal }).catch((error: unknown) => {
        if (over.signal.aborted) return { Messages: [] }
        throw error
      }),
    )
    hold.add(groupsOf(Messages.map(readMessage)), clock.now(), visibilitySeconds)
  }

  let polling: Promise<void> | undefined
  /** One long poll serves all who wait. Who goes earlier leaves it to the others: what it brings is held for the next. */
  const poll = async (visibilitySeconds: number, { seconds, signal }: Patient): Promise<void> => {
    const longest = Math.min(longPollSeconds, Math.floor(seconds))
    if (longest < 1) return await fetch(visibilitySeconds, 0)
    polling ??= fetch(visibilitySeconds, longest).finally(() => {
      polling = undefined
    })
    await unlessAborted(polling, signal)
  }

  const deliver = (held: HeldGroup): Delivery => {
    let isOver = false
    /** Ends it once, unless its time is up: then its messages are another's, or come again. */
    const end = async (what: string, call: () => Promise<void>): Promise<void> => {
      checkOpen()
      if (isOver || clock.now() >= held.until) return
      await attempt(what, call)
      isOver = true
      receiving.wake()
    }
    return {
      group: held.group,
      bodies: held.bodies,
      attempt: held.attempt,
      done: () => end('take messages from', () => endMessages(place, held.receipts)),
      async later(seconds) {
        checkSeconds('The delay of a delivery', seconds, 0)
        const elapsed = Math.ceil((clock.now() - held.since) / 1000)
        const possible = Math.max(0, Math.min(Math.ceil(seconds), longestInvisible - elapsed - 1))
        await end('delay messages of', () => delayMessages(place, held.receipts, possible))
      },
    }
  }

  /** What was held here for others has less time left than whoever takes it asked for. */
  const renew = async (held: HeldGroup, visibilitySeconds: number): Promise<HeldGroup> => {
    const now = clock.now()
    const until = now + visibilitySeconds * 1000
    if (held.until >= until) return held
    await attempt('renew messages of', () => delayMessages(place, held.receipts, visibilitySeconds))
    return { ...held, until }
  }

  const receiving = createReceiving(
    {
      async claim(visibilitySeconds, patient) {
        const seconds = Math.ceil(visibilitySeconds)
        const earlier = hold.take()
        if (earlier !== undefined) return deliver(await renew(earlier, seconds))
        await poll(seconds, patient)
        const held = hold.take()
        return held && deliver(await renew(held, seconds))
      },
      nextReady: () => undefined,
    },
    clock,
    longPollSeconds >= 1 ? 0 : pollMilliseconds,
  )

  const depthOf = async (QueueUrl: string): Promise<number> => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] }),
    )
    return counts.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
  }

  let closing: Promise<void> | undefined
  /** Others need not wait until what is held here counts as lost. */
  const giveBack = async (): Promise<void> => {
    await sends.settled()
    await polling
    for (const { receipts } of hold.clear()) await delayMessages(place, receipts, 0)
  }

  return {
    async send(message) {
      checkOpen()
      checkMessage(message)
      await sends.add(message)
    },
    receive: receiving.receive,
    async depth() {
      checkOpen()
      return await attempt('count the messages of', async () => ({
        messages: await depthOf(queueUrl),
        dead: deadLetterQueueUrl === undefined ? 0 : await depthOf(deadLetterQueueUrl),
      }))
    },
    async close() {
      over.abort()
      receiving.close()
      // What cannot be given back comes again when its time is up.
      closing ??= giveBack().catch(() => undefined)
      await closing
    },
  }
}

/** Approximate, says AWS: they are right about a minute after the last change. */
const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const

/** Sends in order, and again what SQS did not take for reasons of its own; by its id it is never there twice. */
async function sendAll({ client, queueUrl, patience }: SqsPlace, messages: readonly Message[]): Promise<void> {
  let left = messages.map(({ group, id, body }, index) => ({
    Id: `${index}`,
    MessageBody: encodeBody(body),
    MessageGroupId: group,
    MessageDeduplicationId: id,
  }))
  for (let tries = 1; ; tries += 1) {
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left }))
    if (Failed.length === 0) return
    if (tries >= patience.tries || Failed.some(({ SenderFault }) => SenderFault)) {
      throw new QueueError(`SQS did not take ${Failed.length} messages (${Failed.map(({ Code }) => Code).join(', ')}).`)
    }
    const failed = new Set(Failed.map(({ Id }) => Id))
    left = left.filter(({ Id }) => failed.has(Id))
    await pauseAfter(tries, patience)
  }
}

/** Resolves when the work does, or when it is called off. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await work
  const aborted = Promise.withResolvers<void>()
  const stop = (): void => aborted.resolve()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
