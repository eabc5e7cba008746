import { describe, expect, test } from 'vitest'
import { readAnnotations } from '../../../functions/gpu/jobs/annotations.ts'
import { readPaintings } from '../../../functions/reactor/readPaintings.ts'
import { writePaintings } from '../../../functions/reactor/writePaintings.ts'
import { getJson, StorageError } from '../../../integrations/storage/index.ts'
import { Annotation } from '../../../schemas/annotation.ts'
import { keys, pixels, sampleOf, tinyProject, worldWithSeeds } from './reactorWorld.ts'

const project = tinyProject()

async function paintedWorld() {
  const world = await worldWithSeeds()
  const first = world.paint(world.tasks[0], [1, 1], { seconds: 30 })
  const second = world.paint(world.tasks[1], [0, 2])
  const read = async () => (await readPaintings(world.place, project, project.labelList)).painted
  const stored = async () => {
    const painted = await readAnnotations({ store: world.store, keys }, project)
    return painted.map(({ sample, labelMap }) => [sample.id, labelMap])
  }
  const keysUnder = async (prefix: string) => {
    const found: string[] = []
    for await (const key of world.store.list(prefix)) found.push(key)
    return found
  }
  return { ...world, first, second, read, stored, keysUnder }
}

describe('paintings that a run begins with', () => {
  test('are stored as a run reads them: sample, label map, where it came from', async () => {
    const world = await paintedWorld()
    await writePaintings(world.place, await world.read())
    expect(await world.stored()).toEqual([
      [sampleOf(100), pixels(1, 1)],
      [sampleOf(101), pixels(0, 2)],
    ])
    const record = (await getJson(world.store, keys.annotation(sampleOf(100)), Annotation))?.value
    expect(record).toMatchObject({
      source: `label-studio annotation ${world.first} of task ${world.tasks[0]}`,
      effort: { seconds: 30, drawnRegions: 1, changedRegions: 0, untouchedRegions: 0 },
    })
    const untimed = (await getJson(world.store, keys.annotation(sampleOf(101)), Annotation))?.value
    expect(untimed?.effort).not.toHaveProperty('seconds')
  })

  test('name every person that voted, with the work of all', async () => {
    const world = await paintedWorld()
    const other = world.paint(world.tasks[0], [1, 2], { by: 'b', seconds: 12 })
    const vote = tinyProject({ annotators: 'vote' })
    await writePaintings(world.place, (await readPaintings(world.place, vote, vote.labelList)).painted)
    const record = (await getJson(world.store, keys.annotation(sampleOf(100)), Annotation))?.value
    expect(record?.source).toContain(`annotation ${world.first} of`)
    expect(record?.source).toContain(`annotation ${other} of`)
    expect(record?.effort).toMatchObject({ seconds: 42, drawnRegions: 2 })
  })

  test('follow what is changed on the platform, and go when it is gone there; the sample stays', async () => {
    const world = await paintedWorld()
    await writePaintings(world.place, await world.read())
    world.platform.repaint(world.first, { labelMap: pixels(2, 2), parts: ['background', 'Hair', 'Eye'] })
    world.platform.removeAnnotation(world.second)
    await writePaintings(world.place, await world.read())
    expect(await world.stored()).toEqual([[sampleOf(100), pixels(2, 2)]])
    expect(await world.keysUnder(keys.annotations)).toHaveLength(2)
    expect(await world.store.head(keys.sample(sampleOf(101)))).toBeDefined()
  })

  test('written again are the same objects', async () => {
    const world = await paintedWorld()
    await writePaintings(world.place, await world.read())
    const etags = async () => Promise.all((await world.keysUnder('')).map((key) => world.store.head(key)))
    const before = await etags()
    await writePaintings(world.place, await world.read())
    expect(await etags()).toEqual(before)
  })

  test('are whole after an interruption at any point, once they are written again', async () => {
    const writes = { allowed: 0 }
    for (let allowed = 0; allowed < 8; allowed++) {
      const world = await paintedWorld()
      await writePaintings(world.place, await world.read())
      world.platform.repaint(world.first, { labelMap: pixels(2, 1), parts: ['background', 'Hair', 'Eye'] })
      world.platform.removeAnnotation(world.second)
      writes.allowed = allowed
      const limited =
        <Given extends readonly unknown[], Result>(write: (...given: Given) => Promise<Result>) =>
        (...given: Given): Promise<Result> => {
          writes.allowed -= 1
          return writes.allowed < 0 ? Promise.reject(new StorageError('the power is gone')) : write(...given)
        }
      const { create, replace, remove } = world.store
      const store = { ...world.store, create: limited(create), replace: limited(replace), remove: limited(remove) }
      await writePaintings({ ...world.place, store }, await world.read()).catch(() => undefined)
      await writePaintings(world.place, await world.read())
      expect(await world.stored(), `${allowed} writes`).toEqual([[sampleOf(100), pixels(2, 1)]])
    }
  })
})
