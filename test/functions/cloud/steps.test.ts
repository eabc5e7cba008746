import { describe, expect, test } from 'vitest'
import { takeStep } from '../../../functions/cloud/steps.ts'
import { openRun } from '../../../functions/runs.ts'
import { openMemoryQueue } from '../../../integrations/queue/memory.ts'
import { createJson, getJson, updateJson } from '../../../integrations/storage/index.ts'
import { Run, type RunState } from '../../../schemas/run.ts'
import { SeedList } from '../../../schemas/seedList.ts'
import { keys, now, projectId, reactorWorld, tinyProject } from '../reactor/reactorWorld.ts'

const seeds = { platform: 'label-studio', project: projectId, kind: 'seeds' } as const
const run = { ...seeds, kind: 'run', version: 'sixteen-v1' } as const

async function place({ state = 'created' as RunState, samplesPerRun = 1000, shardSize = 100, largestArray = 4 } = {}) {
  const world = reactorWorld()
  const project = tinyProject()
  await world.setProject({ ...project, settings: { ...project.settings, samplesPerRun, shardSize } })
  await openRun(world.store, keys, { inputs: 'b'.repeat(64), paintings: [] }, () => now)
  await world.setRun('sixteen-v1', state)
  await createJson(world.store, keys.seeds, SeedList, { schemaVersion: 1, wanted: 2, chosen: [] })
  const queue = openMemoryQueue()
  const counted: object[] = []
  const stepsPlace = {
    store: world.store,
    queue,
    largestArray,
    now: () => now,
    newId: () => 'e1',
    log: world.place.log,
    count: (values: object, dimensions: object) => void counted.push({ ...values, ...dimensions }),
  }
  return {
    ...world,
    queue,
    counted,
    take: (step: unknown) => takeStep(stepsPlace, step),
    record: async () => (await getJson(world.store, keys.run('sixteen-v1').run, Run))?.value,
    seedList: async () => (await getJson(world.store, keys.seeds, SeedList))?.value,
  }
}

describe('planning', () => {
  test.each([
    { samplesPerRun: 1000, shardSize: 100, largestArray: 4, shares: 4 },
    { samplesPerRun: 250, shardSize: 100, largestArray: 4, shares: 3 },
    { samplesPerRun: 100, shardSize: 100, largestArray: 4, shares: 1 },
    { samplesPerRun: 1000, shardSize: 100, largestArray: 1, shares: 1 },
  ])('a run shares its shards: %o', async ({ shares, ...options }) => {
    const { take } = await place(options)
    expect(await take({ step: 'plan', work: run })).toEqual({ shares })
  })

  test.each(['failed', 'stopped'] as const)('a run that %s goes on', async (state) => {
    const { take, record } = await place({ state })
    await take({ step: 'plan', work: run })
    expect((await record())?.state).toBe('created')
  })

  test('seeds need no shares', async () => {
    const { take } = await place()
    expect(await take({ step: 'plan', work: seeds })).toEqual({ shares: 1 })
  })

  test('a run that is not there fails', async () => {
    const { take } = await place()
    await expect(take({ step: 'plan', work: { ...run, version: 'sixteen-v9' } })).rejects.toThrow('sixteen-v9')
  })
})

describe('the end of work', () => {
  test('asks for a look at the project', async () => {
    const { take, queue, counted } = await place()
    expect(await take({ step: 'done', work: run })).toEqual({})
    expect((await queue.depth()).messages).toBe(1)
    expect(counted).toEqual([{ FinishedWork: 1, kind: 'run' }])
  })

  test('that is a failure is noted down in Batch’s own words', async () => {
    const { take, record, queue } = await place({ state: 'generating' })
    const Cause = JSON.stringify({ JobId: 'j1', StatusReason: 'Essential container in task exited' })
    await take({ step: 'failed', work: run, error: { Error: 'States.TaskFailed', Cause } })
    expect(await record()).toMatchObject({
      state: 'failed',
      error: { message: 'Essential container in task exited (States.TaskFailed, job j1)' },
    })
    expect((await queue.depth()).messages).toBe(1)
  })

  test('that is a failed step is noted down in the words of its error', async () => {
    const { take, record } = await place()
    const Cause = JSON.stringify({ errorType: 'StorageError', errorMessage: 'the bucket is gone', trace: ['at …'] })
    await take({ step: 'failed', work: run, error: { Error: 'StorageError', Cause } })
    expect((await record())?.error?.message).toBe('StorageError: the bucket is gone')
  })

  test('leaves what the job itself said', async () => {
    const { take, record, store } = await place({ state: 'generating' })
    const error = { message: 'the disk is full', phase: 'generate' } as const
    await updateJson(store, keys.run('sixteen-v1').run, Run, (known): Run => ({ ...known, state: 'failed', error }))
    await take({ step: 'failed', work: run, error: { Error: 'States.TaskFailed', Cause: '{}' } })
    expect((await record())?.error).toEqual(error)
  })

  test('leaves a run that a person stopped', async () => {
    const { take, record } = await place({ state: 'stopped' })
    await take({ step: 'failed', work: run, error: { Error: 'States.TaskFailed', Cause: 'terminated' } })
    expect((await record())?.state).toBe('stopped')
  })

  test('of seeds that failed is told, and not tried in a circle', async () => {
    const { take, seedList, queue } = await place()
    await take({ step: 'failed', work: seeds, error: { Error: 'States.Timeout', Cause: '' } })
    expect((await seedList())?.failure).toBe('States.Timeout: no cause was given')
    expect((await queue.depth()).messages).toBe(0)
  })
})

test.each([undefined, {}, { step: 'dance', work: run }, { step: 'plan', work: { kind: 'run' } }])(
  'an input that is none is refused: %j',
  async (input) => {
    const { take } = await place()
    await expect(take(input)).rejects.toThrow()
  },
)
