import { describe, expect, test } from 'vitest'
import { repairShown } from '../../../functions/reactor/repairShown.ts'
import { PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { createJson } from '../../../integrations/storage/index.ts'
import type { ModelVersion } from '../../../schemas/modelVersion.ts'
import { Serving } from '../../../schemas/projectState.ts'
import type { Run } from '../../../schemas/run.ts'
import { keys, now, pixels, projectId, reactorWorld } from './reactorWorld.ts'

const run = (version: string, state: Run['state'] = 'done'): Run => ({
  schemaVersion: 1,
  version,
  state,
  inputs: 'b'.repeat(64),
  createdAt: now.toISOString(),
  phases: [],
})

/** The record says sixteen-v2; the platform has predictions of these versions. */
async function worldOf(...versions: readonly ModelVersion[]) {
  const world = reactorWorld()
  const task = world.platform.addForeignTask(projectId)
  const form = { parts: ['background', 'Hair'], width: 2, height: 1 }
  for (const version of versions)
    await world.platform.addPredictions(projectId, form, [
      { task, prediction: { version, score: 1, labelMap: pixels(0, 1) } },
    ])
  await createJson(world.store, keys.serving, Serving, { schemaVersion: 1, version: 'sixteen-v2', chosen: false })
  const shown = async () => (await world.platform.readProject(projectId)).shown
  return { ...world, shown }
}

describe('the version that is shown', () => {
  test.each([
    ['nothing', undefined, 'no predictions'],
    ['another model', 'Sixteen', 'predictions of another model'],
  ])('is put right where the platform shows %s', async (_, shown, words) => {
    const world = await worldOf('sixteen-v2')
    const notices = await repairShown(world.place, shown, run('sixteen-v2'))
    expect(await world.shown()).toBe('sixteen-v2')
    expect(notices).toMatchObject([{ level: 'info', message: expect.stringContaining(words) }])
  })

  test('is taken over where a person chose another of ours on the platform: that one stays', async () => {
    const world = await worldOf('sixteen-v1', 'sixteen-v2')
    expect(await repairShown(world.place, 'sixteen-v1', run('sixteen-v2'))).toEqual([])
    expect(await world.serving()).toMatchObject({ version: 'sixteen-v1', chosen: true })
  })

  test('is taken over, and gives way to the next run, where it is the newest', async () => {
    const world = await worldOf('sixteen-v2', 'sixteen-v3')
    await repairShown(world.place, 'sixteen-v3', run('sixteen-v3'))
    expect(await world.serving()).toMatchObject({ version: 'sixteen-v3', chosen: false })
  })

  test('is left alone where both agree, where nothing is shown yet, and while a run may change it', async () => {
    const world = await worldOf('sixteen-v2')
    await repairShown(world.place, 'sixteen-v2', run('sixteen-v2'))
    await repairShown(world.place, undefined, run('sixteen-v3', 'publishing'))
    expect(await world.shown()).toBeUndefined()
    const fresh = reactorWorld()
    expect(await repairShown(fresh.place, 'Sixteen', undefined)).toEqual([])
    expect(await fresh.serving()).toBeUndefined()
  })

  test('is a matter for a person where the platform has none of it any more', async () => {
    const world = await worldOf()
    const notices = await repairShown(world.place, undefined, run('sixteen-v2'))
    expect(notices).toMatchObject([{ level: 'warning', message: expect.stringContaining('choose another version') }])
    expect(await world.serving()).toMatchObject({ version: 'sixteen-v2' })
  })

  test('is tried again later where the platform is out of reach', async () => {
    const world = await worldOf('sixteen-v2')
    world.platform.setUnavailable(true)
    await expect(repairShown(world.place, undefined, undefined)).rejects.toThrow(PlatformUnavailableError)
  })
})
