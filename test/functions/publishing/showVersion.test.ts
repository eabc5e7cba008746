import { describe, expect, test } from 'vitest'
import { chooseVersion, showVersion } from '../../../functions/publishing/showVersion.ts'
import { NothingToShowError, PlatformUnavailableError } from '../../../integrations/platform/index.ts'
import { getJson } from '../../../integrations/storage/index.ts'
import type { ModelVersion } from '../../../schemas/modelVersion.ts'
import { Serving } from '../../../schemas/projectState.ts'
import { form, keys, prediction, project, publishingWorld } from './publishingPlace.ts'

/** A world whose platform has predictions of these versions. */
async function worldOf(...versions: readonly ModelVersion[]) {
  const world = publishingWorld()
  const task = world.platform.addForeignTask(project)
  for (const version of versions)
    await world.platform.addPredictions(project, form, [{ task, prediction: prediction(version) }])
  return {
    ...world,
    shown: async () => (await world.platform.readProject(project)).shown,
    serving: async () => (await getJson(world.store, keys.serving, Serving))?.value,
  }
}

describe('a run’s version', () => {
  test('is shown here and on the platform, and takes the place of the one before', async () => {
    const world = await worldOf('sixteen-v1', 'sixteen-v2')
    expect(await showVersion(world.place(), 'sixteen-v1')).toBe('sixteen-v1')
    expect(await world.serving()).toMatchObject({ version: 'sixteen-v1', chosen: false })
    expect(await showVersion(world.place(), 'sixteen-v2')).toBe('sixteen-v2')
    expect(await world.serving()).toMatchObject({ version: 'sixteen-v2', chosen: false })
    expect(await world.shown()).toBe('sixteen-v2')
  })

  test('is in the record before the platform hears of it: the platform asks at once', async () => {
    const world = await worldOf('sixteen-v1')
    const records: unknown[] = []
    const platform = { ...world.platform, show: async () => void records.push(await world.serving()) }
    await showVersion(world.place({ platform }), 'sixteen-v1')
    expect(records).toMatchObject([{ version: 'sixteen-v1' }])
  })

  test('does not take the place of one that a person chose to keep', async () => {
    const world = await worldOf('sixteen-v1', 'sixteen-v2')
    await chooseVersion(world.place(), 'sixteen-v1', true)
    expect(await showVersion(world.place(), 'sixteen-v2')).toBe('sixteen-v1')
    expect(await world.shown()).toBe('sixteen-v1')
  })

  test('takes the place of one whose predictions were taken away since a person chose it', async () => {
    const world = await worldOf('sixteen-v1', 'sixteen-v2')
    await chooseVersion(world.place(), 'sixteen-v1', true)
    await world.platform.removePredictions(project, 'sixteen-v1')
    expect(await showVersion(world.place(), 'sixteen-v2')).toBe('sixteen-v2')
    expect(await world.shown()).toBe('sixteen-v2')
    expect(await world.serving()).toMatchObject({ version: 'sixteen-v2', chosen: false })
  })

  test('is in the record though nothing was published: that is no error', async () => {
    const world = await worldOf()
    expect(await showVersion(world.place(), 'sixteen-v1')).toBe('sixteen-v1')
    expect(await world.serving()).toMatchObject({ version: 'sixteen-v1' })
  })

  test('is shown by two at once as by one', async () => {
    const world = await worldOf('sixteen-v1')
    const shown = await Promise.all([1, 2, 3].map(() => showVersion(world.place(), 'sixteen-v1')))
    expect(shown).toEqual(['sixteen-v1', 'sixteen-v1', 'sixteen-v1'])
  })

  test('is left to a later try where the platform is out of reach', async () => {
    const world = await worldOf('sixteen-v1')
    world.platform.setUnavailable(true)
    await expect(showVersion(world.place(), 'sixteen-v1')).rejects.toThrow(PlatformUnavailableError)
    world.platform.setUnavailable(false)
    await showVersion(world.place(), 'sixteen-v1')
    expect(await world.shown()).toBe('sixteen-v1')
  })
})

describe('a version that a person chooses', () => {
  test('is shown; not kept, the next run takes its place', async () => {
    const world = await worldOf('sixteen-v1', 'sixteen-v2', 'sixteen-v3')
    await showVersion(world.place(), 'sixteen-v2')
    await chooseVersion(world.place(), 'sixteen-v1', true)
    expect([await world.shown(), await world.serving()]).toMatchObject(['sixteen-v1', { chosen: true }])
    await chooseVersion(world.place(), 'sixteen-v2', false)
    expect(await world.serving()).toMatchObject({ version: 'sixteen-v2', chosen: false })
    expect(await showVersion(world.place(), 'sixteen-v3')).toBe('sixteen-v3')
  })

  test('without predictions is refused, and nothing changes', async () => {
    const world = await worldOf('sixteen-v1')
    await expect(chooseVersion(world.place(), 'sixteen-v0', true)).rejects.toThrow(NothingToShowError)
    expect(await world.serving()).toBeUndefined()
    await showVersion(world.place(), 'sixteen-v1')
    const before = await world.serving()
    await expect(chooseVersion(world.place(), 'sixteen-v0', true)).rejects.toThrow('publish some first')
    expect(await world.serving()).toEqual(before)
    expect(await world.shown()).toBe('sixteen-v1')
  })
})
