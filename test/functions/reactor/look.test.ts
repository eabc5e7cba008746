import { describe, expect, test } from 'vitest'
import { look } from '../../../functions/reactor/look.ts'
import { carryOutOrder } from '../../../functions/reactor/orders.ts'
import { createJson, getJson, updateJson } from '../../../integrations/storage/index.ts'
import { Event } from '../../../schemas/event.ts'
import { SeedList } from '../../../schemas/seedList.ts'
import {
  keys,
  now,
  projectId,
  reactorWorld,
  runsOf,
  sampleOf,
  worldWithPaintings,
  worldWithSeeds,
} from './reactorWorld.ts'

const seeds = async ({ store }: { store: Parameters<typeof getJson>[0] }) =>
  (await getJson(store, keys.seeds, SeedList))?.value

describe('a look at a project', () => {
  test('that is new makes its record and has seeds made, and leaves what a person may see', async () => {
    const world = reactorWorld()
    expect(await look(world.place)).toBeUndefined()
    expect(world.started).toEqual(['seeds'])
    expect(await seeds(world)).toEqual({ schemaVersion: 1, wanted: 16, chosen: [] })
    expect(await world.state()).toEqual({
      schemaVersion: 1,
      lookedAt: now.toISOString(),
      title: 'Faces',
      address: (await world.platform.readProject(projectId)).address,
      next: { kind: 'preparing-seeds', reason: expect.any(String) },
      seeds: { wanted: 16, published: 0, painted: 0, skipped: 0 },
      corrected: 0,
      changes: 0,
      unusable: [],
      effort: { annotations: 0, timed: 0, seconds: 0, drawnRegions: 0, changedRegions: 0, untouchedRegions: 0 },
      notices: [],
    })
  })

  test('begins one run when enough is painted, however often it is looked', async () => {
    const world = await worldWithPaintings()
    for (let again = 0; again < 3; again++) await look(world.place)
    expect(await runsOf(world)).toEqual([['sixteen-v1', 'created', 2]])
    expect(world.started.filter((work) => work !== 'seeds')).toEqual(['sixteen-v1'])
    expect(await world.state()).toMatchObject({
      next: { kind: 'running' },
      seeds: { wanted: 2, published: 2, painted: 2 },
      effort: { annotations: 2, timed: 2, seconds: 90 },
      newestAnnotationAt: expect.any(String),
    })
  })

  test('says when to look again while a person may still be painting', async () => {
    const world = await worldWithSeeds({ debounceSeconds: 20 })
    for (const task of world.tasks) world.paint(task, [1, 1], { at: new Date(now.getTime() - 5000).toISOString() })
    expect(await look(world.place)).toBe(15)
    expect(await runsOf(world)).toEqual([])
    expect((await world.state())?.next.kind).toBe('settling')
  })

  test('goes on with a run whose process is gone', async () => {
    const world = await worldWithPaintings()
    await look(world.place)
    world.underWay.clear()
    await look(world.place)
    expect(world.started.filter((work) => work === 'sixteen-v1')).toHaveLength(2)
    expect(await runsOf(world)).toEqual([['sixteen-v1', 'created', 2]])
  })

  test('takes what is painted during a run into the next one', async () => {
    const world = await worldWithPaintings()
    await look(world.place)
    world.platform.removeAnnotation(world.second)
    await look(world.place)
    expect(await runsOf(world)).toHaveLength(1)
    await world.setRun('sixteen-v1', 'done')
    await look(world.place)
    expect(await runsOf(world)).toEqual([
      ['sixteen-v1', 'done', 2],
      ['sixteen-v2', 'created', 1],
    ])
  })

  test('begins no run for paintings that are again as they were for an older one', async () => {
    const world = await worldWithPaintings()
    await look(world.place)
    await world.setRun('sixteen-v1', 'done')
    const more = world.paint(await world.show(sampleOf(1000), 'generated'), [1, 2])
    await look(world.place)
    await world.setRun('sixteen-v2', 'done')
    world.platform.removeAnnotation(more)
    await look(world.place)
    expect(await runsOf(world)).toHaveLength(2)
    expect((await world.state())?.next.reason).toContain('sixteen-v1 is done, nothing changed since')
  })

  test('does not begin a failed run again by itself', async () => {
    const world = await worldWithPaintings()
    await look(world.place)
    await world.setRun('sixteen-v1', 'failed')
    await look(world.place)
    expect(await runsOf(world)).toEqual([['sixteen-v1', 'failed', 2]])
    expect(await world.state()).toMatchObject({ next: { kind: 'blocked', reason: expect.stringContaining('no luck') } })
  })

  test('lists at most twenty paintings that cannot be used', async () => {
    const world = await worldWithSeeds()
    for (let person = 0; person < 30; person++) world.paint(world.tasks[0], [1, 1, 1], { by: `person ${person}` })
    await look(world.place)
    expect((await world.state())?.unusable).toHaveLength(20)
  })
})

describe('seeds', () => {
  test('are made again where a task is gone, and one more for each that was skipped', async () => {
    const world = await worldWithSeeds()
    await createJson(world.store, keys.seeds, SeedList, {
      schemaVersion: 1,
      wanted: 2,
      chosen: [100, 101].map((seed) => ({ sample: sampleOf(seed), reason: 'spread' as const })),
    })
    await look(world.place)
    expect(world.started).toEqual([])
    world.platform.skip({ project: projectId, task: world.tasks[0], by: 'a' })
    await look(world.place)
    expect(world.started).toEqual(['seeds'])
    expect((await seeds(world))?.wanted).toBe(3)
    world.underWay.clear()
    await updateJson(world.store, keys.seeds, SeedList, (list) => ({ ...list, wanted: 2 }))
    world.platform.removeTask(projectId, world.tasks[0])
    await look(world.place)
    expect(world.started).toEqual(['seeds', 'seeds'])
  })

  test('that could not be made are told of, with the reason', async () => {
    const world = await worldWithSeeds()
    const failure = 'the disk is full'
    await createJson(world.store, keys.seeds, SeedList, { schemaVersion: 1, wanted: 2, chosen: [], failure })
    await look(world.place)
    expect((await world.state())?.notices).toMatchObject([
      { code: 'seeds-failed', level: 'error', message: expect.stringContaining(failure) },
    ])
  })
})

describe('a person who asks for a run', () => {
  test('gets one, with what there is; the request is dealt with', async () => {
    const world = await worldWithSeeds({ seedCount: 16, autoTrain: false })
    world.paint(world.tasks[0], [1, 1])
    await look(world.place)
    expect(await runsOf(world)).toEqual([])
    await carryOutOrder(world.place, Event.parse(JSON.parse(world.body('train'))))
    await look(world.place)
    expect(await runsOf(world)).toEqual([['sixteen-v1', 'created', 1]])
    expect(await world.store.head(keys.trainRequest)).toBeUndefined()
  })

  test('while one is under way waits for it', async () => {
    const world = await worldWithPaintings({ autoTrain: false })
    await world.request()
    await look(world.place)
    world.platform.removeAnnotation(world.second)
    await world.request()
    await look(world.place)
    expect(await world.store.head(keys.trainRequest)).toBeDefined()
    await world.setRun('sixteen-v1', 'done')
    await look(world.place)
    expect(await runsOf(world)).toHaveLength(2)
    expect(await world.store.head(keys.trainRequest)).toBeUndefined()
  })

  test('hears why there is none', async () => {
    const world = await worldWithSeeds()
    await carryOutOrder(world.place, Event.parse(JSON.parse(world.body('train'))))
    await look(world.place)
    expect((await world.state())?.next.reason).toContain('nothing is painted yet')
    expect(await world.store.head(keys.trainRequest)).toBeUndefined()
  })

  test('is not forgotten when the process ends between the run’s beginning and the end of the look', async () => {
    const world = await worldWithPaintings({ autoTrain: false })
    await world.request()
    const workflow = { ...world.place.workflow, start: () => Promise.reject(new Error('killed')) }
    await expect(look({ ...world.place, workflow })).rejects.toThrow('killed')
    await look(world.place)
    expect(await runsOf(world)).toEqual([['sixteen-v1', 'created', 2]])
    expect(world.started).toContain('sixteen-v1')
  })
})
