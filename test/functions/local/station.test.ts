import { afterEach, describe, expect, test } from 'vitest'
import type { Station } from '../../../functions/local/station.ts'
import { listRuns } from '../../../functions/runs.ts'
import { getJson } from '../../../integrations/storage/index.ts'
import { Serving } from '../../../schemas/projectState.ts'
import { keys, makeWorld, paintingOf, projectId, tinyPlatformProject, type World } from './memoryStation.ts'

const stations: Station[] = []
afterEach(async () => {
  for (const station of stations.splice(0)) await station.close()
})

function opened(world: World, options: Parameters<World['open']>[0] = {}): Station {
  const station = world.open(options)
  stations.push(station)
  return station
}

const seedOf = (sample: string | undefined): number => Number(/-s(\d+)-/.exec(sample ?? '')?.[1])

/** Paints every seed that is shown and not painted yet. @returns ids of the annotations */
async function paintAll({ platform }: World, painted: Set<string> = new Set()): Promise<string[]> {
  const annotations: string[] = []
  for (const task of platform.tasks(projectId)) {
    if (task.kind !== 'seed' || painted.has(task.id)) continue
    painted.add(task.id)
    const labelMap = await paintingOf(seedOf(task.sample))
    annotations.push(platform.annotate({ project: projectId, task: task.id, labelMap, by: '1', seconds: 60 }))
  }
  return annotations
}

const samplesOf = ({ platform }: World, kind: 'seed' | 'generated'): string[] =>
  platform.tasks(projectId).flatMap((task) => (task.kind === kind ? (task.sample ?? []) : []))

async function worldWithSeeds(...given: Parameters<typeof tinyPlatformProject>): Promise<World> {
  const world = await makeWorld(await tinyPlatformProject(...given))
  const shown = world.said('work is done')
  opened(world)
  await shown
  return world
}

describe('a project on an annotation platform', () => {
  test('shows as many seeds as it wants, spread over the pool, each once', async () => {
    const world = await worldWithSeeds()
    expect(samplesOf(world, 'seed').toSorted()).toEqual([100, 101, 102].map((seed) => `avatars-s${seed}-t1`))
    expect(world.platform.viewsPrepared(projectId)).toBe(1)
  })

  test('trains when enough is painted, publishes what it made, and shows its version', async () => {
    const world = await worldWithSeeds()
    await paintAll(world)
    const done = world.said(/^work is done.*sixteen-v1/)
    await world.send('annotations')
    await done
    const published = samplesOf(world, 'generated')
    // Nine of ten are kept, half of them is five.
    expect(published).toHaveLength(5)
    expect(new Set(published).size).toBe(5)
    const predicted = world.platform.predictions(projectId)
    expect(predicted.filter(({ prediction }) => prediction.version === 'sixteen-v1')).toHaveLength(8)
    expect(predicted.every(({ prediction: { score } }) => score >= 0 && score <= 1)).toBe(true)
    expect((await world.platform.readProject(projectId)).shown).toBe('sixteen-v1')
    expect((await getJson(world.store, keys.serving, Serving))?.value).toMatchObject({ version: 'sixteen-v1' })
    const [run] = await listRuns(world.store, keys)
    expect(run).toMatchObject({ state: 'done', paintings: [{}, {}, {}] })
    expect(run?.phases.map(({ name }) => name)).toEqual([
      'train',
      'distil',
      'generate',
      'curate',
      'publish',
      'evaluate',
      'report',
    ])
  })

  test('makes a correction a seed of the next version, which labels what is there and adds what is new', async () => {
    const world = await worldWithSeeds()
    await paintAll(world)
    await world.doing('sixteen-v1', () => world.send('annotations'))
    const before = samplesOf(world, 'generated')
    const corrected = world.platform.tasks(projectId).find(({ kind }) => kind === 'generated')
    const labelMap = await paintingOf(100)
    const regions = { drawn: 0, changed: 0, untouched: 9 }
    world.platform.annotate({ project: projectId, task: corrected?.id ?? '', labelMap, by: '1', regions })
    await world.doing('sixteen-v2', () => world.send('annotations'))
    const [, second] = await listRuns(world.store, keys)
    expect(second?.paintings?.map(({ sample }) => sample)).toContain(corrected?.sample)
    expect(second?.paintings).toHaveLength(4)
    const after = samplesOf(world, 'generated')
    expect(after.slice(0, before.length)).toEqual(before)
    expect(new Set(after).size).toBe(after.length)
    const stamped = world.platform
      .predictions(projectId)
      .filter(({ prediction }) => prediction.version === 'sixteen-v2')
    // Every task of ours, and none twice.
    expect(stamped.map(({ task }) => task).toSorted()).toEqual(
      world.platform
        .tasks(projectId)
        .map(({ id }) => id)
        .toSorted(),
    )
    expect((await world.platform.readProject(projectId)).shown).toBe('sixteen-v2')
    expect((await world.state()).effort).toMatchObject({ drawnRegions: 3, untouchedRegions: 9, timed: 3, seconds: 180 })
  })

  test('replaces a seed that was skipped', async () => {
    const world = await worldWithSeeds()
    const [task] = world.platform.tasks(projectId)
    world.platform.skip({ project: projectId, task: task?.id ?? '', by: '1' })
    await world.doing('seeds', () => world.send('annotations'))
    expect(samplesOf(world, 'seed')).toHaveLength(4)
    // The pool is used up: the next comes from behind it.
    expect(samplesOf(world, 'seed').at(-1)).toBe('avatars-s103-t1')
    await world.looked(() => world.send('reconcile'))
    expect(samplesOf(world, 'seed')).toHaveLength(4)
    expect((await world.state()).seeds).toEqual({ wanted: 3, published: 4, painted: 0, skipped: 1 })
  })

  test('begins one run however often it is told, and whatever order the events come in', async () => {
    const world = await worldWithSeeds()
    await paintAll(world)
    const done = world.said(/^work is done.*sixteen-v1/)
    await Promise.all(Array.from({ length: 50 }, () => world.send('annotations')))
    await done
    await world.looked(() => world.send('annotations'))
    expect(await listRuns(world.store, keys)).toHaveLength(1)
  })

  test('honours a deletion: what is gone is not trained on', async () => {
    const world = await worldWithSeeds({ seedCount: 3, retrainAfter: 1 })
    const [first = ''] = await paintAll(world)
    await world.doing('sixteen-v1', () => world.send('annotations'))
    world.platform.removeAnnotation(first)
    await world.doing('sixteen-v2', () => world.send('annotations'))
    expect((await listRuns(world.store, keys)).map(({ paintings }) => paintings?.length)).toEqual([3, 2])
  })

  test('what is painted during a run causes one run after it', async () => {
    const world = await worldWithSeeds()
    const annotations = await paintAll(world)
    const training = world.said('a run begins')
    const second = world.said(/^work is done.*sixteen-v2/)
    await world.send('annotations')
    await training
    world.platform.removeAnnotation(annotations[0] ?? '')
    for (let event = 0; event < 5; event++) await world.send('annotations')
    await second
    await world.looked(() => world.send('reconcile'))
    expect((await listRuns(world.store, keys)).map(({ state, paintings }) => [state, paintings?.length])).toEqual([
      ['done', 3],
      ['done', 2],
    ])
  })

  test('finds annotations that no event told of', async () => {
    const world = await worldWithSeeds()
    await stations.pop()?.close()
    await paintAll(world)
    const done = world.said(/^work is done.*sixteen-v1/)
    opened(world)
    await done
    expect((await listRuns(world.store, keys)).map(({ state }) => state)).toEqual(['done'])
  })
})

test('a damaged record of one project keeps no other from going on', async () => {
  const world = await makeWorld(await tinyPlatformProject())
  await world.store.create('projects/label-studio-0/project.json', new TextEncoder().encode('{'))
  const shown = world.said('work is done')
  opened(world)
  await shown
  expect(samplesOf(world, 'seed')).toHaveLength(3)
})

describe('publishing goes wrong', () => {
  test.each(['unsettled-but-done', 'unsettled-and-not-done', 'unavailable'] as const)(
    'an import that is %s leaves each sample exactly once',
    async (failure) => {
      const world = await worldWithSeeds()
      await paintAll(world)
      world.platform.failNext(failure)
      await world.doing('sixteen-v1', () => world.send('annotations'))
      const published = samplesOf(world, 'generated')
      expect(published).toHaveLength(5)
      expect(new Set(published).size).toBe(5)
      expect((await listRuns(world.store, keys)).map(({ state }) => state)).toEqual(['done'])
    },
  )

  test('a refusal fails the run with its reason; tried again, it is published', async () => {
    const world = await worldWithSeeds()
    await paintAll(world)
    world.platform.failNext('refused')
    await world.doing('sixteen-v1', () => world.send('annotations'))
    const [run] = await listRuns(world.store, keys)
    expect(run).toMatchObject({ state: 'failed', error: { phase: 'publish' } })
    await world.looked(() => world.send('reconcile'))
    expect((await world.state()).next.kind).toBe('blocked')
    await world.doing('sixteen-v1', () => world.send('train'))
    expect((await listRuns(world.store, keys)).map(({ state }) => state)).toEqual(['done'])
    expect(samplesOf(world, 'generated')).toHaveLength(5)
  })
})

describe('a station that is shut down', () => {
  test.each(['training the interpreter', 'generating labelled images', 'importing tasks'])(
    'while %s: the next one goes on, and everything is there once',
    async (task) => {
      const world = await makeWorld(await tinyPlatformProject())
      const shown = world.said('work is done')
      const reached = Promise.withResolvers<void>()
      const first = opened(world, {
        onProgress: (_, progress) => {
          if (progress.task === task) reached.resolve()
        },
      })
      await shown
      await paintAll(world)
      await world.send('annotations')
      await reached.promise
      await first.close()
      const [interrupted] = await listRuns(world.store, keys)
      expect(interrupted?.state).not.toMatch(/stopped|failed/)
      if (interrupted?.state !== 'done') await world.doing('sixteen-v1', async () => void opened(world))
      expect((await listRuns(world.store, keys)).map(({ state }) => state)).toEqual(['done'])
      const published = samplesOf(world, 'generated')
      expect(published).toHaveLength(5)
      expect(new Set(published).size).toBe(5)
    },
  )
})

describe('a person', () => {
  test('stops a run, which rests until it is asked for again', async () => {
    const world = await makeWorld(await tinyPlatformProject())
    const shown = world.said('work is done')
    const training = Promise.withResolvers<void>()
    const station = opened(world, {
      onProgress: (_, { phase }) => {
        if (phase === 'train') training.resolve()
      },
    })
    await shown
    await paintAll(world)
    await world.send('annotations')
    await training.promise
    const stopped = world.said('work was stopped')
    const work = { platform: 'label-studio', project: projectId, kind: 'run', version: 'sixteen-v1' } as const
    expect(await station.workflow.stop(work)).toBe(true)
    await stopped
    await world.looked(() => world.send('reconcile'))
    expect((await listRuns(world.store, keys)).map(({ state }) => state)).toEqual(['stopped'])
    await world.doing('sixteen-v1', () => world.send('train'))
    expect((await listRuns(world.store, keys)).map(({ state }) => state)).toEqual(['done'])
  })

  test('chooses a version here or on the platform; predictions go when they are told to', async () => {
    const world = await worldWithSeeds()
    const [first = ''] = await paintAll(world)
    await world.doing('sixteen-v1', () => world.send('annotations'))
    world.platform.removeAnnotation(first)
    await world.doing('sixteen-v2', () => world.send('annotations'))
    const shown = async () => (await world.platform.readProject(projectId)).shown
    await world.looked(() => world.send('serve', { version: 'sixteen-v1' }))
    expect(await shown()).toBe('sixteen-v1')
    await world.platform.show(projectId, 'sixteen-v2')
    await world.looked(() => world.send('reconcile'))
    expect((await getJson(world.store, keys.serving, Serving))?.value.version).toBe('sixteen-v2')
    await world.looked(() => world.send('forget', { version: 'sixteen-v1' }))
    const versions = world.platform.predictions(projectId).map(({ prediction }) => prediction.version)
    expect(new Set(versions)).toEqual(new Set(['sixteen-v2']))
    await world.looked(() => world.send('forget', { version: 'sixteen-v2' }))
    expect((await listRuns(world.store, keys)).map(({ state }) => state)).toEqual(['done', 'done'])
  })
})
