/** What a queue in SQS does with groups that came in one answer, and while SQS holds an answer back. */
import { SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Delivery, Queue } from '../../integrations/queue/index.ts'
import { openSqsQueue } from '../../integrations/queue/sqs.ts'
import { drain } from '../contract/queue.ts'
import { type ManualClock, manualClock } from '../support/manualClock.ts'
import { type Moto, startMoto } from './support/moto.ts'
import { clientAt, createQueues } from './support/sqsQueue.ts'

let moto: Moto
let maker: SQSClient
let queues = 0
let sent = 0

beforeAll(async () => {
  moto = await startMoto()
  maker = new SQSClient(moto.clientOptions)
})
afterAll(async () => {
  maker?.destroy()
  await moto?.close()
})

const freshQueues = () => createQueues(maker, `groups-${queues++}`)
const send = (queue: Queue, group: string, body: string) => queue.send({ group, id: `id-${sent++}`, body })
const receive = (queue: Queue, visibilitySeconds = 60) => queue.receive({ visibilitySeconds, waitSeconds: 0 })

describe('groups that came in one answer of SQS', () => {
  interface Two {
    readonly clock: ManualClock
    /** Has received both groups, and handed out one. */
    readonly first: Queue
    readonly handedOut: Delivery | undefined
    /** Another process at the same queue. */
    readonly second: Queue
  }
  async function twoGroups(visibilitySeconds: number): Promise<Two> {
    const clock = manualClock()
    const urls = await freshQueues()
    const open = (): Queue => {
      const client = clientAt(moto, clock.now)
      const queue = openSqsQueue({ ...clock, ...urls, client, longPollSeconds: 0 })
      onTestFinished(async () => {
        await queue.close()
        client.destroy()
      })
      return queue
    }
    const [first, second] = [open(), open()]
    await send(first, 'a', '1')
    await send(first, 'b', '2')
    await send(first, 'a', '3')
    return { clock, first, second, handedOut: await receive(first, visibilitySeconds) }
  }

  test('are handed out one after the other, each with its messages', async () => {
    const { first, second, handedOut } = await twoGroups(60)
    expect(handedOut).toMatchObject({ group: 'a', bodies: ['1', '3'], attempt: 1 })
    expect(await receive(second)).toBeUndefined()
    expect(await receive(first)).toMatchObject({ group: 'b', bodies: ['2'], attempt: 1 })
    expect(await receive(first)).toBeUndefined()
  })

  test('have all the time that whoever takes them asked for', async () => {
    const { clock, first, second } = await twoGroups(30)
    clock.advance(20_000)
    const later = await receive(first, 600)
    clock.advance(599_000)
    expect((await receive(second))?.group).toBe('a')
    expect(await receive(second)).toBeUndefined()
    await later?.done()
    clock.advance(2000)
    expect(await receive(second)).toBeUndefined()
  })

  test('are not handed out here once another may have them', async () => {
    const { clock, first, second } = await twoGroups(30)
    clock.advance(30_000)
    const others = await drain(second)
    expect(others.map(({ group, attempt }) => [group, attempt])).toEqual([
      ['a', 2],
      ['b', 2],
    ])
    expect(await receive(first)).toBeUndefined()
  })

  test('are given back when the queue is closed', async () => {
    const { first, second } = await twoGroups(43_200)
    expect(await receive(second)).toBeUndefined()
    await first.close()
    expect(await receive(second)).toMatchObject({ group: 'b', bodies: ['2'], attempt: 2 })
  })
})

test('a delay that would keep messages away for more than twelve hours ends with those', async () => {
  const clock = manualClock()
  const client = clientAt(moto, clock.now)
  const queue = openSqsQueue({ ...clock, ...(await freshQueues()), client, longPollSeconds: 0 })
  await send(queue, 'a', '1')
  const delivery = await receive(queue, 40_000)
  clock.advance(30_000_000)
  await delivery?.later(43_200)
  expect(await receive(queue)).toBeUndefined()
  clock.advance(13_200_000)
  expect(await receive(queue)).toMatchObject({ attempt: 2 })
  await queue.close()
  client.destroy()
})

describe('a queue that lets SQS hold back empty answers', () => {
  async function open(): Promise<{ readonly queue: Queue; readonly other: Queue }> {
    const urls = await freshQueues()
    const queue = openSqsQueue({ ...urls, client: maker })
    const other = openSqsQueue({ ...urls, client: maker })
    onTestFinished(() => Promise.all([queue.close(), other.close()]).then(() => undefined))
    return { queue, other }
  }
  const wait = (queue: Queue, signal?: AbortSignal) =>
    queue.receive({ visibilitySeconds: 60, waitSeconds: 60, ...(signal && { signal }) })

  test('gets what another process sends meanwhile', async () => {
    const { queue, other } = await open()
    const waiting = wait(queue)
    await send(other, 'faces', 'a')
    expect(await waiting).toMatchObject({ group: 'faces', bodies: ['a'] })
  })

  test('serves all who wait with one call, each with one group', async () => {
    const { queue, other } = await open()
    const waiting = Promise.all([wait(queue), wait(queue), wait(queue)])
    for (const group of ['a', 'b', 'c']) await send(other, group, '1')
    expect((await waiting).map((delivery) => delivery?.group).sort()).toEqual(['a', 'b', 'c'])
  })

  test('lets go at once who is called off, and loses nothing that comes then', async () => {
    const { queue, other } = await open()
    const controller = new AbortController()
    const waiting = wait(queue, controller.signal)
    controller.abort()
    expect(await waiting).toBeUndefined()
    await send(other, 'faces', 'a')
    expect(await wait(queue)).toMatchObject({ bodies: ['a'], attempt: 1 })
  })

  test('is closed at once', async () => {
    const { queue } = await open()
    const waiting = wait(queue)
    await queue.close()
    expect(await waiting).toBeUndefined()
  })
})
