import { describe, expect, test } from 'vitest'
import { holdsOrder, react } from '../../../functions/reactor/react.ts'
import { StorageError } from '../../../integrations/storage/index.ts'
import { keys, now, reactorWorld, runsOf, worldWithPaintings, worldWithSeeds } from './reactorWorld.ts'

const delivered = (bodies: readonly string[], attempt = 1) => ({ bodies, attempt })

describe('events of a project', () => {
  test('cause one look, however many there are', async () => {
    const world = await worldWithPaintings()
    const bodies = Array.from({ length: 50 }, (_, index) => world.body(index % 2 === 0 ? 'annotations' : 'tasks'))
    expect(await react(world.place, delivered(bodies))).toEqual({ kind: 'done' })
    expect(world.lines.filter((line) => line.includes('looked at the project'))).toHaveLength(1)
    expect(await runsOf(world)).toHaveLength(1)
  })

  test('are kept while a project settles, which is looked at again soon', async () => {
    const world = await worldWithSeeds({ debounceSeconds: 60 })
    for (const task of world.tasks) world.paint(task, [1, 1], { at: now.toISOString() })
    expect(await react(world.place, delivered([world.body('annotations')]))).toEqual({ kind: 'later', seconds: 10 })
    // An order is not carried out twice for that.
    const reaction = await react(world.place, delivered([world.body('annotations'), world.body('push')]))
    expect(reaction).toEqual({ kind: 'look-again' })
  })

  test('that cannot be read are left aside, and the others count', async () => {
    const world = await worldWithPaintings()
    const broken = [
      '',
      '{',
      'null',
      '{"kind":"train"}',
      JSON.stringify({ ...JSON.parse(world.body('train')), kind: 'x' }),
    ]
    expect(await react(world.place, delivered([...broken, world.body('annotations')]))).toEqual({ kind: 'done' })
    expect(world.lines.filter((line) => line.includes('could not be read'))).toHaveLength(broken.length)
    expect(await runsOf(world)).toHaveLength(1)
    expect(await react(world.place, delivered(broken))).toEqual({ kind: 'done' })
  })

  test('are not repeated in the log, whatever stands in them', async () => {
    const world = await worldWithPaintings()
    await react(world.place, delivered(['{"token":"canary"']))
    expect(world.lines.join()).not.toContain('canary')
  })

  test('of a platform that is not set up are left aside', async () => {
    const world = reactorWorld({ platformOf: () => undefined })
    expect(await react(world.place, delivered([world.body('annotations')]))).toEqual({ kind: 'done' })
    expect(world.lines.join()).toContain('not set up here')
  })
})

describe('orders', () => {
  test('come before the look', async () => {
    const world = await worldWithSeeds({ autoTrain: false })
    world.paint(world.tasks[0], [1, 1])
    await react(world.place, delivered([world.body('annotations'), world.body('train')]))
    expect(await runsOf(world)).toEqual([['sixteen-v1', 'created', 1]])
    expect(await world.store.head(keys.trainRequest)).toBeUndefined()
  })

  test('that are refused do not take others with them, nor the look', async () => {
    const world = await worldWithSeeds({ autoTrain: false })
    world.paint(world.tasks[0], [1, 1])
    const bodies = [world.body('serve', { version: 'sixteen-v7' }), world.body('train'), world.body('forget')]
    expect(await react(world.place, delivered(bodies))).toEqual({ kind: 'done' })
    expect(world.lines.join('\n')).toMatch(/error: what a person asked for cannot be done: .*sixteen-v7/)
    expect(await runsOf(world)).toEqual([['sixteen-v1', 'created', 1]])
  })

  test('are told from what may wait, in a delivery that holds broken events, too', async () => {
    const world = reactorWorld()
    expect(holdsOrder({ bodies: ['{', world.body('annotations')] })).toBe(false)
    expect(holdsOrder({ bodies: ['{', world.body('annotations'), world.body('train')] })).toBe(true)
  })
})

describe('what goes wrong', () => {
  test('because the platform is out of reach comes again, later each time, and is done then', async () => {
    const world = await worldWithSeeds({ autoTrain: false })
    world.paint(world.tasks[0], [1, 1])
    world.platform.setUnavailable(true)
    const bodies = [world.body('train')]
    const pauses: unknown[] = []
    for (const attempt of [1, 2, 3, 8, 9, 50]) {
      const reaction = await react(world.place, delivered(bodies, attempt))
      pauses.push(reaction.kind === 'later' ? reaction.seconds : reaction)
    }
    expect(pauses).toEqual([2, 4, 8, 60, 60, 60])
    world.platform.setUnavailable(false)
    expect(await react(world.place, delivered(bodies, 51))).toEqual({ kind: 'done' })
    expect(await runsOf(world)).toHaveLength(1)
  })

  test('in the store comes again', async () => {
    const world = await worldWithPaintings()
    const store = { ...world.store, create: () => Promise.reject(new StorageError('the disk is full')) }
    const reaction = await react({ ...world.place, store }, delivered([world.body('annotations')]))
    expect(reaction).toEqual({ kind: 'later', seconds: 2 })
    expect(world.lines.join()).toContain('the disk is full')
  })

  test('because the platform refuses is told, and not tried in a circle', async () => {
    const world = reactorWorld()
    const body = world.body('annotations', { project: '404' })
    expect(await react(world.place, delivered([body]))).toEqual({ kind: 'done' })
    expect(world.lines.join()).toMatch(/error: the platform refuses: .*no project 404/)
    expect(await world.state()).toBeUndefined()
  })

  test('by a fault of ours comes again: nothing is lost', async () => {
    const world = await worldWithPaintings()
    const workflow = { ...world.place.workflow, start: () => Promise.reject(new TypeError('a fault')) }
    const reaction = await react({ ...world.place, workflow }, delivered([world.body('annotations')]))
    expect(reaction).toMatchObject({ kind: 'later' })
    await react(world.place, delivered([world.body('annotations')]))
    expect(world.started).toContain('sixteen-v1')
  })
})
