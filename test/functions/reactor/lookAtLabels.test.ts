import { describe, expect, test } from 'vitest'
import { look } from '../../../functions/reactor/look.ts'
import {
  keys,
  projectId,
  reactorWorld,
  runsOf,
  tinyProject,
  worldWithPaintings,
  worldWithSeeds,
} from './reactorWorld.ts'

const background = { name: 'background', color: '#000000' }

describe('labels that change on the platform', () => {
  test('are told of at once, and adopted when a run begins, not before', async () => {
    const world = await worldWithSeeds({ labelAliases: { Mane: 'Hair' } })
    world.platform.setLabels(projectId, [
      background,
      { name: 'Hair', color: '#000000' },
      { name: 'Nose', color: '#000000' },
    ])
    await look(world.place)
    expect((await world.state())?.notices).toMatchObject([{ code: 'labels-changed' }])
    expect((await world.project())?.labelList).toEqual(tinyProject().labelList)
    for (const task of world.tasks) world.paint(task, [1, 2], { parts: ['background', 'Mane', 'Nose'] })
    await look(world.place)
    expect(await runsOf(world)).toEqual([['sixteen-v1', 'created', 2]])
    expect((await world.project())?.labelList.parts.map(({ name }) => name)).toEqual(['background', 'Hair', 'Nose'])
    await look(world.place)
    expect((await world.state())?.notices).toEqual([])
  })

  test('leave paintings of a label that is gone aside, with a reason', async () => {
    const world = await worldWithPaintings()
    world.platform.setLabels(projectId, [background, { name: 'Hair', color: '#000000' }])
    await look(world.place)
    expect(await runsOf(world)).toEqual([])
    expect(await world.state()).toMatchObject({
      seeds: { painted: 1 },
      unusable: [{ annotation: world.second, reason: expect.stringContaining('Eye') }],
    })
  })

  test('to other colours, or by one more at the end, begin no run by themselves', async () => {
    const world = await worldWithPaintings()
    await look(world.place)
    await world.setRun('sixteen-v1', 'done')
    const colored = ['Hair', 'Eye', 'Nose'].map((name) => ({ name, color: '#ff0000' }))
    world.platform.setLabels(projectId, [background, ...colored])
    await look(world.place)
    expect(await runsOf(world)).toHaveLength(1)
    expect(await world.state()).toMatchObject({ changes: 0, next: { kind: 'painting' } })
  })

  test('to none that can be painted block everything but the run that is under way; a request is answered', async () => {
    const world = await worldWithPaintings()
    await world.request()
    world.platform.setLabels(projectId, [])
    expect(await look(world.place)).toBeUndefined()
    expect(await world.state()).toMatchObject({ next: { kind: 'blocked', reason: expect.stringContaining('painted') } })
    expect(await world.store.head(keys.trainRequest)).toBeUndefined()
    expect(await runsOf(world)).toEqual([])
    world.platform.setLabels(projectId, ['Hair', 'Hair'])
    await look(world.place)
    expect((await world.state())?.next.reason).toContain('unique')
  })

  test('are waited for where a new project has none', async () => {
    const world = reactorWorld()
    world.platform.setLabels(projectId, [])
    expect(await look(world.place)).toBeUndefined()
    expect(await world.project()).toBeUndefined()
    expect(world.lines.join('\n')).toContain('add an image and brush, polygon or bitmask labels')
  })
})
