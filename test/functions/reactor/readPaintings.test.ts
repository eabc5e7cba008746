import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readPaintings } from '../../../functions/reactor/readPaintings.ts'
import { decodeLabelMap } from '../../../integrations/images/index.ts'
import { pixels, projectId, sampleOf, tinyProject, worldWithSeeds } from './reactorWorld.ts'

const project = tinyProject()
const worldOf = async () => {
  const world = await worldWithSeeds()
  return { ...world, read: (of = project) => readPaintings(world.place, of, of.labelList) }
}

describe('what people left on the platform', () => {
  test('is one label map for each sample, as the PNG that would be stored, in the order of their ids', async () => {
    const world = await worldOf()
    world.paint(world.tasks[1], [2, 0])
    world.paint(world.tasks[0], [1, 1])
    const { painted } = await world.read()
    expect(painted.map(({ sample, png, kind }) => [sample, decodeLabelMap(png), kind])).toEqual([
      [sampleOf(100), pixels(1, 1), 'seed'],
      [sampleOf(101), pixels(2, 0), 'seed'],
    ])
    for (const { png, sha256 } of painted) expect(createHash('sha256').update(png).digest('hex')).toBe(sha256)
  })

  test('is the same file when a label is added or gets another colour', async () => {
    const world = await worldOf()
    world.paint(world.tasks[0], [1, 2])
    const [before] = (await world.read()).painted
    const [background, ...others] = project.labelList.parts
    const parts = [
      ...(background === undefined ? [] : [background]),
      ...others.map((part) => ({ ...part, color: '#abcdef' })),
      { id: 3, name: 'Nose', color: '#000000' },
    ]
    const [after] = (await world.read({ ...project, labelList: { ...project.labelList, parts } })).painted
    expect(after?.sha256).toBe(before?.sha256)
  })

  test('is nothing where nothing is', async () => {
    const world = await worldOf()
    expect(await world.read()).toMatchObject({ painted: [], skippedSeeds: 0, unusable: [], newestAt: undefined })
  })

  test('counts a task that is not ours for nothing', async () => {
    const world = await worldOf()
    world.paint(world.platform.addForeignTask(projectId), [1, 2])
    expect(await world.read()).toMatchObject({ painted: [], unusable: [], effort: { annotations: 0 } })
  })

  test('tells seeds that were skipped from corrections that were', async () => {
    const world = await worldOf()
    const generated = await world.show(sampleOf(1000), 'generated')
    for (const task of [world.tasks[0], generated]) world.platform.skip({ project: projectId, task, by: 'a' })
    expect(await world.read()).toMatchObject({ painted: [], skippedSeeds: 1 })
  })

  test('is told with its newest moment, a skip included', async () => {
    const world = await worldOf()
    world.paint(world.tasks[0], [1, 1], { at: '2030-01-01T10:00:00.000Z' })
    const at = '2030-01-01T11:00:00.000Z'
    world.platform.skip({ project: projectId, task: world.tasks[1], by: 'a', at })
    expect((await world.read()).newestAt?.toISOString()).toBe(at)
  })
})

describe('what cannot be used', () => {
  test('is listed with the reason: a painting of another size, a label that is gone, an edited sample', async () => {
    const world = await worldOf()
    const large = world.paint(world.tasks[0], [1, 1, 1])
    const gone = world.paint(world.tasks[1], [3, 0], { parts: ['background', 'Hair', 'Eye', 'Mane'] })
    const edited = world.paint(await world.show('avatars-s100-t0.5'), [1, 1])
    const { painted, unusable } = await world.read()
    expect(painted).toEqual([])
    expect(unusable.map(({ annotation }) => annotation).toSorted()).toEqual([large, gone, edited].toSorted())
    const reasons = unusable.map(({ reason }) => reason).join('\n')
    expect(reasons).toContain('2×1 is needed')
    expect(reasons).toContain('Mane')
    expect(reasons).toContain('ψ 0.5')
  })

  test('is used after all once the setting says how a label was renamed', async () => {
    const world = await worldOf()
    world.paint(world.tasks[0], [1, 2], { parts: ['background', 'Mane', 'Eye'] })
    expect((await world.read()).unusable).toHaveLength(1)
    const { painted, unusable } = await world.read(tinyProject({ labelAliases: { Mane: 'Hair' } }))
    expect(unusable).toEqual([])
    expect(painted.map(({ png }) => decodeLabelMap(png))).toEqual([pixels(1, 2)])
  })

  test('does not hide what another person painted', async () => {
    const world = await worldOf()
    world.paint(world.tasks[0], [1, 1], { by: 'a' })
    world.paint(world.tasks[0], [1, 1, 1], { by: 'b' })
    const { painted, unusable } = await world.read()
    expect([painted.length, unusable.length]).toEqual([1, 1])
  })
})

describe('several people at one task', () => {
  const paintThree = ({ paint, tasks }: Awaited<ReturnType<typeof worldOf>>) => {
    paint(tasks[0], [1, 1], { by: 'a', seconds: 30 })
    paint(tasks[0], [1, 2], { by: 'b', seconds: 20 })
    return paint(tasks[0], [2, 0], { by: 'c' })
  }

  test('the newest counts, unless they vote', async () => {
    const world = await worldOf()
    const newest = paintThree(world)
    const { painted } = await world.read()
    expect(painted.map(({ png }) => decodeLabelMap(png))).toEqual([pixels(2, 0)])
    expect(painted[0]?.sources.map(({ id }) => id)).toEqual([newest])
    const voted = (await world.read(tinyProject({ annotators: 'vote' }))).painted
    // Left: two of three say hair. Right: nobody agrees, so the newest says background.
    expect(voted.map(({ png }) => decodeLabelMap(png))).toEqual([pixels(1, 0)])
    expect(voted[0]?.sources).toHaveLength(3)
  })

  test('the work of all counts, measured where it was', async () => {
    const world = await worldOf()
    paintThree(world)
    world.platform.skip({ project: projectId, task: world.tasks[1], by: 'a', seconds: 5 })
    const labelMap = pixels(1, 1)
    const regions = { drawn: 1, changed: 2, untouched: 3 }
    const task = await world.show(sampleOf(1000), 'generated')
    world.platform.annotate({ project: projectId, task, labelMap, regions, by: 'a', seconds: 4.5 })
    expect((await world.read()).effort).toEqual({
      annotations: 4,
      timed: 4,
      seconds: 59.5,
      drawnRegions: 4,
      changedRegions: 2,
      untouchedRegions: 3,
    })
  })
})
