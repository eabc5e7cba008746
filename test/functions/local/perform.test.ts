import { describe, expect, test } from 'vitest'
import { type PerformOptions, perform } from '../../../functions/local/perform.ts'
import { readPaintings } from '../../../functions/reactor/readPaintings.ts'
import { writePaintings } from '../../../functions/reactor/writePaintings.ts'
import { openRun } from '../../../functions/runs.ts'
import { PlatformError } from '../../../integrations/platform/index.ts'
import { createJson, getJson, StorageError } from '../../../integrations/storage/index.ts'
import { WorkflowError } from '../../../integrations/workflow/index.ts'
import { SeedList } from '../../../schemas/seedList.ts'
import { keys, now, projectId, reactorWorld, sampleOf, tinyProject } from '../reactor/reactorWorld.ts'

const seeds = { platform: 'label-studio', project: projectId, kind: 'seeds' } as const
const run = { ...seeds, kind: 'run', version: 'sixteen-v1' } as const

async function place(failure?: string) {
  const world = reactorWorld()
  await world.setProject(tinyProject())
  const list = { schemaVersion: 1, wanted: 0, chosen: [], ...(failure === undefined ? {} : { failure }) } as const
  await createJson(world.store, keys.seeds, SeedList, { ...list, chosen: [] })
  const options: PerformOptions = { ...world.place, device: 'cpu', threads: 1 }
  const failureNow = async () => (await getJson(world.store, keys.seeds, SeedList))?.value.failure
  return { ...world, options, failureNow }
}
const never = new AbortController().signal

describe('work', () => {
  test.each([seeds, run])('for a platform that is not set up is refused: %o', async (work) => {
    const { options } = await place()
    const without = { ...options, platformOf: () => undefined }
    await expect(perform(without, work, never)).rejects.toThrow(WorkflowError)
    await expect(perform(without, work, never)).rejects.toThrow('the platform label-studio is not set up here')
  })

  test('that is aborted before it begins throws the reason', async () => {
    const { options } = await place()
    const reason = new Error('stopped')
    await expect(perform(options, run, AbortSignal.abort(reason))).rejects.toBe(reason)
    await expect(perform(options, seeds, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})

describe('a run', () => {
  const begun = (world: Awaited<ReturnType<typeof place>>) =>
    openRun(world.store, keys, { inputs: 'b'.repeat(64), paintings: [] }, () => now)

  test('does not go on with other paintings than it was begun with', async () => {
    const world = await place()
    await begun(world)
    world.paint(await world.show(sampleOf(100)), [1, 2])
    const project = tinyProject()
    await writePaintings(world.place, (await readPaintings(world.place, project, project.labelList)).painted)
    const running = perform(world.options, run, never)
    await expect(running).rejects.toThrow('changed since sixteen-v1 was begun: ask for a new run')
  })

  test('that is not there is refused', async () => {
    const { options } = await place()
    await expect(perform(options, run, never)).rejects.toThrow('there is no run sixteen-v1')
  })
})

describe('making seeds', () => {
  test('that fails leaves the reason for a person to see', async () => {
    const { options, platform, failureNow } = await place()
    platform.listTasks = () => {
      throw new PlatformError('This token may not see project 1.')
    }
    await expect(perform(options, seeds, never)).rejects.toThrow('may not see project 1')
    expect(await failureNow()).toBe('This token may not see project 1.')
  })

  test('that is done takes the reason of before away', async () => {
    const { options, platform, failureNow } = await place('the disk was full')
    await perform(options, seeds, never)
    expect(await failureNow()).toBeUndefined()
    expect(platform.viewsPrepared(projectId)).toBe(1)
  })

  test('that is interrupted has not failed', async () => {
    const { options, failureNow } = await place()
    await expect(perform(options, seeds, AbortSignal.abort(new Error('shut down')))).rejects.toThrow('shut down')
    expect(await failureNow()).toBeUndefined()
  })

  test('throws what went wrong, although that cannot be written down either', async () => {
    const { options, platform, store } = await place()
    platform.listTasks = () => {
      throw new PlatformError('This token may not see project 1.')
    }
    const full = { ...store, replace: () => Promise.reject(new StorageError('the disk is full')) }
    await expect(perform({ ...options, store: full }, seeds, never)).rejects.toThrow('may not see project 1')
  })
})
