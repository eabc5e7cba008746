import { describe, expect, test } from 'vitest'
import { carryOutOrder, isOrder } from '../../../functions/reactor/orders.ts'
import { encodeLabelMap } from '../../../integrations/images/index.ts'
import { NothingToShowError, PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { createJson, getJson } from '../../../integrations/storage/index.ts'
import { Event } from '../../../schemas/event.ts'
import { Serving, TrainRequest } from '../../../schemas/projectState.ts'
import { Run, type RunVersion } from '../../../schemas/run.ts'
import { RunManifest } from '../../../schemas/runManifest.ts'
import { keys, now, pixels, projectId, sampleOf, tinyProject, worldWithSeeds } from './reactorWorld.ts'

const project = tinyProject()
const form = { parts: ['background', 'Hair', 'Eye'], width: 2, height: 1 }

/** A world whose runs are done, each with a dataset of two samples. */
async function worldOfRuns(...versions: readonly RunVersion[]) {
  const world = await worldWithSeeds()
  const seeds = [1000, 1001]
  for (const version of versions) {
    const run = keys.run(version)
    const record = Run.parse({
      schemaVersion: 1,
      version,
      state: 'done',
      inputs: 'b'.repeat(64),
      createdAt: now.toISOString(),
      phases: [],
    })
    await createJson(world.store, run.run, Run, record)
    const lines = seeds.map((seed) => {
      const id = sampleOf(seed)
      const paths = { image: `images/${id}.png`, labels: `labels/${id}.png` }
      return { id, seed, truncation: 0.7, ...paths, score: 0, parts: [1, 2], kept: true }
    })
    const { labelList, settings } = project
    const manifest = { schemaVersion: 1, run: version, labelList, settings, lines } as const
    await createJson(world.store, run.manifest, RunManifest, manifest)
    for (const { id } of lines)
      await world.store.create(run.labelMap(id), encodeLabelMap(pixels(1, 2), labelList.parts))
  }
  const shows = [await world.show(sampleOf(1000), 'generated'), await world.show(sampleOf(1001), 'generated')] as const
  const order = async (kind: Event['kind'], more: Partial<Event> = {}) =>
    carryOutOrder(world.place, Event.parse(JSON.parse(world.body(kind, more))))
  const predict = (task: string, version: RunVersion) =>
    world.platform.addPredictions(projectId, form, [
      { task, prediction: { version, score: 1, labelMap: pixels(1, 2) } },
    ])
  const predicted = () =>
    world.platform.predictions(projectId).map(({ task, prediction }) => [task, prediction.version])
  const serve = (version: Serving['version'], chosen = false) =>
    createJson(world.store, keys.serving, Serving, { schemaVersion: 1, version, chosen })
  const shown = async () => (await world.platform.readProject(projectId)).shown
  return { ...world, shows, order, predict, predicted, serve, shown }
}

test('orders are what a person asked for, not what only says that it is time to look', () => {
  const event = { id: '1', platform: 'label-studio', project: projectId, at: now.toISOString() }
  const kinds = Event.shape.kind.options
  const orders = kinds.filter((kind) => isOrder(Event.parse({ ...event, kind })))
  expect(orders.toSorted()).toEqual(['forget', 'predict', 'push', 'serve', 'train'])
})

test('a run that is asked for is noted down, once however often', async () => {
  const world = await worldOfRuns()
  await world.order('train')
  await world.order('train')
  expect((await getJson(world.store, keys.trainRequest, TrainRequest))?.value.at).toBe(now.toISOString())
})

describe('a version that a person wants to see', () => {
  test('is shown, and stays whatever runs come, unless it is the newest', async () => {
    const world = await worldOfRuns('sixteen-v1', 'sixteen-v2')
    await world.predict(world.shows[0], 'sixteen-v1')
    await world.predict(world.shows[0], 'sixteen-v2')
    await world.order('serve', { version: 'sixteen-v1' })
    expect([await world.shown(), await world.serving()]).toMatchObject(['sixteen-v1', { chosen: true }])
    await world.order('serve', { version: 'sixteen-v2' })
    expect([await world.shown(), await world.serving()]).toMatchObject(['sixteen-v2', { chosen: false }])
  })

  test('is refused where the platform has none of it', async () => {
    const world = await worldOfRuns('sixteen-v1')
    await expect(world.order('serve', { version: 'sixteen-v0' })).rejects.toThrow(NothingToShowError)
    expect(await world.serving()).toBeUndefined()
  })

  test('is nothing where the order names none', async () => {
    const world = await worldOfRuns('sixteen-v1')
    await world.order('serve')
    await world.order('forget')
    expect(await world.serving()).toBeUndefined()
  })
})

test('predictions of one version are taken away, those of the others and what is shown stay', async () => {
  const world = await worldOfRuns('sixteen-v1', 'sixteen-v2')
  const [task] = world.shows
  await world.predict(task, 'sixteen-v1')
  await world.predict(task, 'sixteen-v2')
  await world.order('serve', { version: 'sixteen-v2' })
  await world.order('forget', { version: 'sixteen-v1' })
  expect(world.predicted()).toEqual([[task, 'sixteen-v2']])
  expect(await world.shown()).toBe('sixteen-v2')
})

describe('predictions that were too large to answer with', () => {
  test('are pushed to the tasks that asked, each once, in the version that is shown', async () => {
    const world = await worldOfRuns('sixteen-v1', 'sixteen-v2')
    await world.serve('sixteen-v1')
    const tasks = [world.shows[0], world.tasks[0], '999']
    await world.order('push', { tasks })
    await world.order('push', { tasks })
    // The seed was labelled by no run, and there is no task 999.
    expect(world.predicted()).toEqual([[world.shows[0], 'sixteen-v1']])
  })

  test.each([
    ['nothing is shown yet', undefined],
    ['drafts are shown', 'sixteen-v0'],
    ['the version has no dataset', 'sixteen-v9'],
  ] as const)('are none where %s', async (_, version) => {
    const world = await worldOfRuns('sixteen-v1')
    if (version !== undefined) await world.serve(version)
    await world.order('push', { tasks: [...world.shows] })
    expect(world.predicted()).toEqual([])
  })

  test('are a matter of the queue where the platform is out of reach: nobody waits here', async () => {
    const world = await worldOfRuns('sixteen-v1')
    await world.serve('sixteen-v1')
    world.platform.setUnavailable(true)
    await expect(world.order('push', { tasks: [...world.shows] })).rejects.toThrow(PlatformUnavailableError)
  })
})
