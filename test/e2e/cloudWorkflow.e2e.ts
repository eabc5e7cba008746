/** The state machine as it is deployed, through every branch: Batch is imitated, the steps on Lambda are real. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { overwrite } from '../../integrations/storage/index.ts'
import { openStateMachine, type StateMachine } from './support/cloud/stateMachine.ts'

let machine: StateMachine
beforeAll(async () => {
  machine = await openStateMachine(3)
})
afterAll(() => machine?.close())
beforeEach(() => machine.reset())

describe('a run', () => {
  test('with one share is one job after the other, each told what it needs', async () => {
    const { run, told } = await machine.place()
    const events = await machine.events()
    expect(await machine.execute(run)).toEqual({ status: 'SUCCEEDED', error: '' })
    expect(machine.submitted()).toEqual([
      { command: ['train'], environment: told('cuda') },
      { command: ['generate'], environment: told('cuda', { SIXTEEN_SHARES: '1' }) },
      { command: ['curate'], environment: told('cpu') },
      { command: ['publish'], environment: told('cpu') },
      { command: ['evaluate'], environment: told('cuda') },
    ])
    expect(machine.calls).toEqual([
      { step: 'plan', work: run },
      { step: 'done', work: run },
    ])
    expect(await machine.events()).toBe(events + 1)
  })

  test.each([
    { shards: 2, shares: 2 },
    { shards: 7, shares: 3 },
  ])('of $shards shards is shared by $shares containers', async ({ shards, shares }) => {
    const { run, told } = await machine.place(shards)
    expect(await machine.execute(run)).toEqual({ status: 'SUCCEEDED', error: '' })
    expect(machine.commands()).toEqual(['train', ...Array(shares).fill('generate'), 'curate', 'publish', 'evaluate'])
    expect(machine.submitted().filter(({ command }) => command[0] === 'generate')).toEqual(
      Array.from({ length: shares }, (_, index) => ({
        command: ['generate'],
        environment: told('cuda', { SIXTEEN_SHARES: `${shares}`, AWS_BATCH_JOB_ARRAY_INDEX: `${index}` }),
      })),
    )
    expect(machine.taken()).toEqual(['plan', 'done'])
  })

  test.each([
    { fails: 'train', before: [] },
    { fails: 'generate', before: ['train'] },
    { fails: 'curate', before: ['train', 'generate'] },
    { fails: 'publish', before: ['train', 'generate', 'curate'] },
    { fails: 'evaluate', before: ['train', 'generate', 'curate', 'publish'] },
  ])('ends where $fails fails, and its record says why', async ({ fails, before }) => {
    const { run, record } = await machine.place()
    const events = await machine.events()
    machine.luck.job = async ({ command }) => command[0] !== fails
    expect(await machine.execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(machine.commands()).toEqual([...before, fails])
    expect(machine.calls).toEqual([
      { step: 'plan', work: run },
      { step: 'failed', work: run, error: { Error: 'States.TaskFailed', Cause: expect.any(String) } },
    ])
    expect(await record()).toMatchObject({
      state: 'failed',
      error: {
        message: expect.stringMatching(/^Essential container in task exited \(States\.TaskFailed, job [\w-]+\)$/),
      },
    })
    expect(await machine.events()).toBe(events + 1)
  })

  test('ends where one of the containers that share it fails', async () => {
    const { run, record } = await machine.place(3)
    machine.luck.job = async ({ environment }) => environment.AWS_BATCH_JOB_ARRAY_INDEX !== '1'
    expect(await machine.execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(machine.commands()).toEqual(['train', 'generate', 'generate', 'generate'])
    expect(machine.taken()).toEqual(['plan', 'failed'])
    expect((await record())?.state).toBe('failed')
  })

  test('keeps the reason that the job itself gave', async () => {
    const { run, record, change } = await machine.place()
    const error = { message: 'the disk is full', phase: 'train' } as const
    machine.luck.job = async () => {
      await change({ state: 'failed', error })
      return false
    }
    expect(await machine.execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect((await record())?.error).toEqual(error)
  })

  test('that cannot be planned submits no job, and says why', async () => {
    const { run, keys, record } = await machine.place()
    await overwrite(machine.store, keys.project, new TextEncoder().encode('{"schemaVersion":1}'))
    expect(await machine.execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(machine.jobs).toEqual([])
    expect(machine.taken()).toEqual(['plan', 'failed'])
    expect((await record())?.error?.message).toMatch(
      /^InvalidRecordError: projects\/label-studio-\d+\/project\.json is not a valid record/,
    )
  })

  test('whose end cannot be noted stays done', async () => {
    const { run, record, change } = await machine.place()
    machine.luck.breaks = (step) => step === 'done'
    machine.luck.job = async ({ command }) => {
      if (command[0] === 'evaluate') await change({ state: 'done' })
      return true
    }
    expect(await machine.execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(machine.taken()).toEqual(['plan', 'done', 'failed'])
    expect((await record())?.state).toBe('done')
  })

  test('that failed goes on under the next name', async () => {
    const { run, record } = await machine.place()
    machine.luck.job = async () => false
    await machine.execute(run)
    expect((await record())?.state).toBe('failed')
    const states: unknown[] = []
    machine.luck.job = async () => {
      states.push((await record())?.state)
      return true
    }
    expect(await machine.execute(run, 2)).toEqual({ status: 'SUCCEEDED', error: '' })
    expect(states).toEqual(Array(5).fill('created'))
  })

  test('that is not there fails without a job', async () => {
    const { run } = await machine.place()
    expect((await machine.execute({ ...run, version: 'sixteen-v9' })).status).toBe('FAILED')
    expect(machine.jobs).toEqual([])
    expect(machine.taken()).toEqual(['plan', 'failed'])
  })
})

describe('seeds', () => {
  test('are one job', async () => {
    const { seeds, told, seedList } = await machine.place()
    const { SIXTEEN_VERSION: _, ...environment } = told('cuda')
    const events = await machine.events()
    expect(await machine.execute(seeds)).toEqual({ status: 'SUCCEEDED', error: '' })
    expect(machine.submitted()).toEqual([{ command: ['seeds'], environment }])
    expect(machine.calls).toEqual([
      { step: 'plan', work: seeds },
      { step: 'done', work: seeds },
    ])
    expect(await machine.events()).toBe(events + 1)
    expect((await seedList())?.failure).toBeUndefined()
  })

  test('that fail are told of in the seed list, and nobody is called to try again at once', async () => {
    const { seeds, seedList } = await machine.place()
    machine.luck.job = async () => false
    const events = await machine.events()
    expect(await machine.execute(seeds)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(machine.commands()).toEqual(['seeds'])
    expect(machine.taken()).toEqual(['plan', 'failed'])
    expect((await seedList())?.failure).toMatch(/^Essential container in task exited/)
    expect(await machine.events()).toBe(events)
  })
})

test('work of no known kind fails without a job', async () => {
  const work = { kind: 'dance', platform: 'label-studio', project: '1' }
  expect((await machine.executeInput('dance', { work })).status).toBe('FAILED')
  expect(machine.jobs).toEqual([])
})
