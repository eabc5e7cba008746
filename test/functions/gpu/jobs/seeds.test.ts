import { afterAll, describe, expect, test } from 'vitest'
import { type SeedsContext, seeds } from '../../../../functions/gpu/jobs/seeds.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { decodeLabelMap, encodeLabelMap } from '../../../../integrations/images/index.ts'
import { PlatformError } from '../../../../integrations/platform/index.ts'
import { createJson, updateJson } from '../../../../integrations/storage/index.ts'
import { Project } from '../../../../schemas/project.ts'
import { Serving } from '../../../../schemas/projectState.ts'
import { SeedList } from '../../../../schemas/seedList.ts'
import { project as platformProject } from '../../publishing/publishingPlace.ts'
import { halved, idOf, keys, parts, tinyJobs, tinyProject } from './tinyJobs.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const drafts = { model: 'someone/faces', labels: { hair: 'Hair' } }

/** A project that wants two seeds. */
async function seeding(life: Parameters<typeof tinyProject>[0] = {}) {
  const world = await tinyJobs(engine, tinyProject({ seedPool: { from: 10, size: 2 }, ...life }))
  await world.want(2)
  return {
    ...world,
    make: (more: Partial<SeedsContext> = {}) => world.time.until(seeds({ ...world.place(), engine, ...more })),
    serve: (version: Serving['version']) =>
      createJson(world.store, keys.serving, Serving, { schemaVersion: 1, version, chosen: false }),
    shown: () => world.platform.tasks(platformProject).map(({ sample, kind }) => [sample, kind]),
    predictions: () =>
      world.platform
        .predictions(platformProject)
        .map(({ prediction }) => [prediction.version, prediction.score, prediction.labelMap]),
  }
}
const bothSeeds = [10, 11].map((seed) => [idOf(seed), 'seed'])

describe('seed samples', () => {
  test('become tasks with their images, once, however often it is done', async () => {
    const world = await seeding()
    await world.make()
    await world.make()
    expect(world.shown().toSorted()).toEqual(bothSeeds)
    expect(await world.store.head(keys.sampleImage(idOf(10)))).toBeDefined()
    expect(world.predictions()).toEqual([])
  })

  test('come back where a person deleted their task', async () => {
    const world = await seeding()
    await world.make()
    const [task] = world.platform.tasks(platformProject)
    world.platform.removeTask(platformProject, task?.id ?? '')
    await world.make()
    expect(world.shown().toSorted()).toEqual(bothSeeds)
  })

  test('carry what the version that is shown says of them', async () => {
    const world = await seeding()
    await world.addRun('sixteen-v1', { 10: 0 })
    await world.serve('sixteen-v1')
    await world.make()
    expect(world.predictions()).toEqual([['sixteen-v1', 1, halved(1)]])
  })

  test('carry nothing of a version with other parts: its ids would mean others', async () => {
    const world = await seeding()
    await world.addRun('sixteen-v1', { 10: 0 })
    await world.serve('sixteen-v1')
    const renumbered = ['background', 'Nose', 'Hair', 'Eye'].map((name, id) => ({ id, name, color: '#000000' }))
    await updateJson(world.store, keys.project, Project, (project) => ({
      ...project,
      labelList: { ...project.labelList, parts: renumbered },
    }))
    await world.make()
    expect(world.shown().toSorted()).toEqual(bothSeeds)
    expect(world.predictions()).toEqual([])
  })
})

describe('drafts', () => {
  test('are the first masks of seeds, as a version before the first', async () => {
    const world = await seeding({ drafts })
    const asked: unknown[] = []
    await world.make({
      draft: async (image, { life }) => {
        asked.push([image.subarray(1, 4), life.drafts])
        return halved(2)
      },
    })
    expect(asked).toEqual([10, 11].map(() => [Uint8Array.from(Buffer.from('PNG')), drafts]))
    expect(world.predictions()).toEqual([10, 11].map(() => ['sixteen-v0', 0, halved(2)]))
    const stored = await world.store.get(keys.draft(idOf(10)))
    expect(stored && decodeLabelMap(stored.bytes)).toEqual(halved(2))
  })

  test('are asked for once, and not for seeds that are shown', async () => {
    const world = await seeding({ drafts })
    world.platform.failNext('refused')
    const asked = { count: 0 }
    const draft = async () => {
      asked.count += 1
      return halved(1)
    }
    await expect(world.make({ draft })).rejects.toThrow(PlatformError)
    await world.make({ draft })
    expect(asked.count).toBe(2)
    await world.store.remove(keys.draft(idOf(10)))
    await world.make({ draft })
    expect(asked.count).toBe(2)
  })

  test('are left out where the project wants none, or the model sees nothing', async () => {
    const unwanted = await seeding()
    await unwanted.make({ draft: async () => halved(1) })
    const nothing = await seeding({ drafts })
    await nothing.make({ draft: async () => undefined })
    for (const world of [unwanted, nothing])
      expect([world.shown().toSorted(), world.predictions()]).toEqual([bothSeeds, []])
  })

  test.each([
    ['fails', async () => Promise.reject(new Error('the endpoint sleeps'))],
    ['names parts that there are not', async () => halved(200)],
  ])('never block: one that %s is told of, and the seeds are shown without', async (_, draft) => {
    const world = await seeding({ drafts })
    await world.make({ draft })
    expect([world.shown().toSorted(), world.predictions()]).toEqual([bothSeeds, []])
    expect(world.troubles.map((trouble) => trouble.slice(0, 24)).toSorted()).toEqual([
      `no draft for ${idOf(10)}`,
      `no draft for ${idOf(11)}`,
    ])
  })

  test('of another size never block either: they are left out', async () => {
    const world = await seeding({ drafts })
    await world.make({ draft: async () => ({ width: 1, height: 1, data: Uint8Array.of(1) }) })
    expect([world.shown().toSorted(), world.predictions()]).toEqual([bothSeeds, []])
  })

  test('give way to the first run', async () => {
    const world = await seeding({ drafts })
    await world.store.create(keys.draft(idOf(10)), encodeLabelMap(halved(2), parts))
    await world.addRun('sixteen-v1', { 10: 0 })
    await world.serve('sixteen-v1')
    await world.make({ draft: async () => undefined })
    expect(world.predictions()).toEqual([['sixteen-v1', 1, halved(1)]])
  })

  test('are not asked for any more when it is told to stop', async () => {
    const world = await seeding({ drafts })
    const controller = new AbortController()
    const reason = new Error('shut down')
    const asked = { count: 0 }
    const draft = async () => {
      asked.count += 1
      controller.abort(reason)
      throw reason
    }
    await expect(world.make({ draft, signal: controller.signal })).rejects.toBe(reason)
    expect(asked.count).toBe(1)
    expect(world.shown()).toEqual([])
  })
})

test('as many more are made as are wanted later', async () => {
  const world = await seeding()
  await world.make()
  await updateJson(world.store, keys.seeds, SeedList, (list) => ({ ...list, wanted: 3 }))
  await world.make()
  expect(world.shown().toSorted()).toEqual([...bothSeeds, [idOf(12), 'seed']])
})
