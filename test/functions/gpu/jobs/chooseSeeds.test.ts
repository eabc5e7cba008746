import { afterAll, describe, expect, test } from 'vitest'
import { spread } from '../../../../functions/factory/life/spread.ts'
import { chooseSeeds } from '../../../../functions/gpu/jobs/chooseSeeds.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { sampleStyles } from '../../../../functions/gpu/stylegan/sampleStyles.ts'
import { getJson, StorageError } from '../../../../integrations/storage/index.ts'
import { Sample } from '../../../../schemas/sample.ts'
import { SeedList } from '../../../../schemas/seedList.ts'
import { tinyGenerator } from '../interpreter/tinyGenerator.ts'
import { idOf, keys, tinyJobs } from './tinyJobs.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

async function choosing(...given: Parameters<Awaited<ReturnType<typeof tinyJobs>>['want']>) {
  const world = await tinyJobs(engine)
  await world.want(...given)
  return {
    ...world,
    choose: async (taken: readonly number[] = []) => {
      const chosen = await chooseSeeds(world.context, world.project, new Set(taken.map((seed) => idOf(seed))))
      return chosen.map(({ seed }) => seed)
    },
    list: async () => (await getJson(world.store, keys.seeds, SeedList))?.value,
  }
}
const pool = [10, 11, 12, 13, 14, 15, 16, 17]

describe('the first seeds', () => {
  test('lie far from one another in latent space, and are kept with what makes them', async () => {
    const world = await choosing(3)
    const styles = await sampleStyles(engine, tinyGenerator, pool)
    const expected = spread(styles, [], 3).map((index) => pool[index])
    expect(await world.choose()).toEqual(expected)
    expect((await world.list())?.chosen).toEqual(
      expected.map((seed) => ({ sample: idOf(seed ?? 0), reason: 'spread' })),
    )
    const record = (await getJson(world.store, keys.sample(idOf(expected[0] ?? 0)), Sample))?.value
    expect(record).toMatchObject({ generator: 'tiny', seed: expected[0], truncation: 1 })
  })

  test('stay when it is done again, and keep their distance to those that are added', async () => {
    const world = await choosing(2)
    const first = await world.choose()
    expect(await world.choose()).toEqual(first)
    const all = await choosing(5)
    const expected = await all.choose()
    const { want: _, ...more } = await choosing(
      5,
      first.map((seed) => ({ sample: idOf(seed), reason: 'spread' as const })),
    )
    expect(await more.choose()).toEqual(expected.slice(2))
    expect((await more.list())?.chosen.map(({ sample }) => sample)).toEqual(expected.map((seed) => idOf(seed)))
  })

  test('are all of the pool, then what follows it', async () => {
    const world = await choosing(10)
    const chosen = await world.choose()
    expect(chosen.toSorted()).toEqual([...pool, 18, 19])
    expect(chosen.slice(-2)).toEqual([18, 19])
  })

  test('are never samples that are shown already, though these use up the pool and more', async () => {
    const world = await choosing(2)
    expect(await world.choose([...pool, 19])).toEqual([18, 20])
  })

  test('are none where none is wanted, or no list is there', async () => {
    expect(await (await choosing(0)).choose()).toEqual([])
    const world = await tinyJobs(engine)
    expect(await chooseSeeds(world.context, world.project, new Set())).toEqual([])
  })
})

describe('seeds after a run', () => {
  test('are those on which its ensemble disagrees most, and not those that are shown', async () => {
    const world = await choosing(3)
    await world.addRun('sixteen-v1', { 1000: 0.1, 1001: 0.9, 1002: 0.5, 1003: 0.7, 1004: 0.8 })
    expect(await world.choose([1001, 1003])).toEqual([1004, 1002, 1000])
    expect((await world.list())?.chosen.map(({ reason }) => reason)).toEqual(Array(3).fill('disagreement'))
  })

  test('are those of the newest run that is done', async () => {
    const world = await choosing(1)
    await world.addRun('sixteen-v2', { 2000: 0.5 })
    await world.addRun('sixteen-v10', { 3000: 0.5 })
    await world.addRun('sixteen-v11', { 4000: 0.5 }, { state: 'stopped' })
    expect(await world.choose()).toEqual([3000])
  })

  test('come from the pool where the run has too few, each once', async () => {
    const world = await choosing(4)
    await world.addRun('sixteen-v1', { 10: 0.2, 1000: 0.1 })
    // Seed 10 is in the dataset and in the pool.
    const chosen = await world.choose()
    expect(chosen.slice(0, 2)).toEqual([10, 1000])
    expect(new Set(chosen).size).toBe(4)
  })

  test('come from the pool where the run’s images are of another truncation', async () => {
    const world = await choosing(1)
    await world.addRun('sixteen-v1', { 1000: 0.9 }, { truncation: 0.5 })
    expect(pool).toContain((await world.choose())[0])
  })
})

test('a choice that was interrupted goes on: what is in the list can always be made', async () => {
  const expected = await (await choosing(3)).choose()
  for (let allowed = 0; allowed < 6; allowed++) {
    const world = await choosing(3)
    const writes = { left: allowed }
    const limited =
      <Given extends readonly unknown[]>(write: (...given: Given) => Promise<string>) =>
      (...given: Given): Promise<string> => {
        writes.left -= 1
        return writes.left < 0 ? Promise.reject(new StorageError('the power is gone')) : write(...given)
      }
    const { create, replace } = world.store
    const store = { ...world.store, create: limited(create), replace: limited(replace) }
    await chooseSeeds({ ...world.context, store }, world.project, new Set()).catch(() => undefined)
    for (const { sample } of (await world.list())?.chosen ?? [])
      expect(await world.store.head(keys.sample(sample)), `${allowed} writes`).toBeDefined()
    expect(await world.choose(), `${allowed} writes`).toEqual(expected)
  }
})
