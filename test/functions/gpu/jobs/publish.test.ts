import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { getJson } from '../../../../integrations/storage/index.ts'
import { Serving } from '../../../../schemas/projectState.ts'
import { project as platformProject } from '../../publishing/publishingPlace.ts'
import { finishedRun, idOf, keys, run, version } from './tinyJobs.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

describe('a run that is published', () => {
  test('gives its images as tasks with predictions, predicts the seeds that are there, and is shown', async () => {
    const world = await finishedRun(engine)
    const seed = world.platform.addTask(platformProject, { sample: idOf(10), kind: 'seed' })
    const other = world.platform.addTask(platformProject, { sample: 'cars-s1-t1', kind: 'generated' })
    await world.publish()
    expect(world.tasks().map(({ sample, kind }) => [sample, kind])).toEqual([
      [idOf(10), 'seed'],
      ['cars-s1-t1', 'generated'],
      ...[1000, 1001, 1002].map((generated) => [idOf(generated), 'generated']),
    ])
    const tasks = world.tasks().map(({ id }) => id)
    expect(world.predicted().toSorted()).toEqual(tasks.filter((task) => task !== other).toSorted())
    expect(world.predicted()).toContain(seed)
    expect((await world.platform.readProject(platformProject)).shown).toBe(version)
    expect((await getJson(world.store, keys.serving, Serving))?.value).toMatchObject({ version, chosen: false })
    expect(world.platform.viewsPrepared(platformProject)).toBe(1)
    expect(world.progress).toContain('importing tasks 3/3')
  })

  test('adds nothing when it is published again, whatever had failed', async () => {
    const world = await finishedRun(engine)
    world.platform.failNext('refused')
    await expect(world.publish()).rejects.toThrow('refuses')
    await world.publish()
    await world.publish()
    expect(world.tasks()).toHaveLength(3)
    expect(world.predicted()).toHaveLength(3)
  })

  test('publishes nothing where no share is asked for, and is shown all the same', async () => {
    const world = await finishedRun(engine, { publishShare: 0 })
    await world.publish()
    expect(world.tasks()).toEqual([])
    expect((await getJson(world.store, keys.serving, Serving))?.value).toMatchObject({ version })
  })

  test('is an error where there is no dataset yet', async () => {
    const world = await finishedRun(engine)
    await world.store.remove(run.manifest)
    await expect(world.publish()).rejects.toThrow('sixteen-v1 has no dataset yet: generate and curate it first')
  })
})
