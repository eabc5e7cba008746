import { describe, expect, test } from 'vitest'
import { reactToBatch } from '../../../functions/cloud/reactToBatch.ts'
import { openMemoryQueue } from '../../../integrations/queue/memory.ts'
import { encodeBody } from '../../../integrations/queue/sqsBody.ts'
import { now, type ReactorWorld, runsOf, worldWithPaintings, worldWithSeeds } from '../reactor/reactorWorld.ts'

const record = (messageId: string, body: string, group = 'label-studio-1', attempt = 1) => ({
  messageId,
  receiptHandle: `r-${messageId}`,
  body: encodeBody(body),
  attributes: { ApproximateReceiveCount: String(attempt), MessageGroupId: group },
})

function batchPlace(world: ReactorWorld) {
  const queue = openMemoryQueue()
  const delayed: [readonly string[], number][] = []
  const place = {
    context: world.place,
    queue,
    delay: async (receipts: readonly string[], seconds: number) => void delayed.push([receipts, seconds]),
    count: () => undefined,
  }
  return { queue, delayed, react: (...Records: unknown[]) => reactToBatch(place, { Records }) }
}

describe('a batch', () => {
  test('of one project is one look', async () => {
    const world = await worldWithPaintings()
    const { react } = batchPlace(world)
    const answer = await react(...[1, 2, 3].map((id) => record(`m${id}`, world.body('annotations'))))
    expect(answer).toEqual({ batchItemFailures: [] })
    expect(world.lines.filter((line) => line.includes('looked at the project'))).toHaveLength(1)
    expect(await runsOf(world)).toHaveLength(1)
  })

  test('comes again while a project settles', async () => {
    const world = await worldWithSeeds({ debounceSeconds: 60 })
    for (const task of world.tasks) world.paint(task, [1, 1], { at: now.toISOString() })
    const { react, delayed } = batchPlace(world)
    const answer = await react(record('m1', world.body('annotations')), record('m2', world.body('annotations')))
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m1', 'm2'])
    expect(delayed).toEqual([[['r-m1', 'r-m2'], 10]])
  })

  test('with an order in it does not come again: a look is asked for instead', async () => {
    const world = await worldWithSeeds({ debounceSeconds: 60 })
    for (const task of world.tasks) world.paint(task, [1, 1], { at: now.toISOString() })
    const { react, queue } = batchPlace(world)
    const answer = await react(record('m1', world.body('annotations')), record('m2', world.body('push')))
    expect(answer).toEqual({ batchItemFailures: [] })
    expect((await queue.depth()).messages).toBe(1)
  })

  test('of which one project fails leaves the other as it is', async () => {
    const world = await worldWithPaintings()
    const { react } = batchPlace(world)
    const other = { project: '404' }
    const answer = await react(
      record('m1', world.body('annotations', other), 'label-studio-404'),
      record('m2', world.body('annotations')),
    )
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).not.toContain('m2')
    expect(await runsOf(world)).toHaveLength(1)
  })

  test('whose delay cannot be set comes again by itself', async () => {
    const world = await worldWithSeeds({ debounceSeconds: 60 })
    for (const task of world.tasks) world.paint(task, [1, 1], { at: now.toISOString() })
    const place = {
      context: world.place,
      queue: openMemoryQueue(),
      delay: () => Promise.reject(new Error('SQS is away')),
      count: () => undefined,
    }
    const answer = await reactToBatch(place, { Records: [record('m1', world.body('annotations'))] })
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] })
    expect(world.lines.join()).toContain('SQS is away')
  })
})
