/** The state machine as it is deployed, through every branch: Batch is imitated, the steps on Lambda are real. */
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openRun } from '../../functions/runs.ts'
import { openSqsQueue } from '../../integrations/queue/sqs.ts'
import { createJson, getJson, overwrite, type Store, updateJson } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import { openS3Store } from '../../integrations/storage/s3.ts'
import { executionName } from '../../integrations/workflow/executionName.ts'
import type { Work, Workflow } from '../../integrations/workflow/index.ts'
import { openStepFunctionsWorkflow } from '../../integrations/workflow/stepFunctions.ts'
import { Project } from '../../schemas/project.ts'
import { Run } from '../../schemas/run.ts'
import { SeedList } from '../../schemas/seedList.ts'
import { tinyProject } from '../functions/reactor/reactorWorld.ts'
import { type CloudClients, type Deployment, deploy, openClients } from './support/cloud/deployment.ts'
import { awsEnvironment, type LambdaProcess, startLambda } from './support/cloud/lambdaProcess.ts'
import { openLines } from './support/cloud/lines.ts'
import { synthesize } from './support/cloud/template.ts'
import { type Moto, startMoto } from './support/moto.ts'
import type { BatchJob } from './support/motoAsk.ts'

const labelStudioUrl = 'https://labels.example.org'

let moto: Moto
let clients: CloudClients
let deployment: Deployment
let steps: LambdaProcess
let store: Store
let workflow: Workflow
const lines = openLines()
/** What was submitted, and which steps were called, since the test began. */
const jobs: BatchJob[] = []
const calls: z.infer<typeof StepCall>[] = []
/** What jobs do, and whether they succeed; and which steps cannot be taken. */
const luck = { job: async (_: BatchJob): Promise<boolean> => true, breaks: (_: string): boolean => false }

const StepCall = z.object({ step: z.string(), work: z.unknown(), error: z.unknown().optional() })

beforeAll(async () => {
  const [template, started] = await Promise.all([
    synthesize({ labelStudioUrl, largestArray: '3' }),
    startMoto({
      async job(job) {
        jobs.push(job)
        return luck.job(job)
      },
      async invoke(name, payload) {
        expect(name).toMatch(/^WorkflowSteps/)
        const call = StepCall.parse(payload)
        calls.push(call)
        if (luck.breaks(call.step)) throw new RangeError('out of luck')
        return steps.invoke(payload)
      },
    }),
  ])
  moto = started
  clients = openClients(moto)
  deployment = await deploy(moto, clients, template, { SecretsLabelStudioToken: 'token' })
  steps = await startLambda({
    name: 'steps',
    environment: { ...deployment.environmentOf('WorkflowSteps'), ...awsEnvironment(moto.endpoint) },
    lines,
  })
  store = openS3Store({ client: clients.s3, bucket: deployment.bucket })
  workflow = openStepFunctionsWorkflow({ client: clients.states, stateMachineArn: deployment.stateMachineArn })
})
afterAll(async () => {
  await steps?.close()
  clients?.destroy()
  await moto?.close()
})
beforeEach(() => {
  jobs.length = 0
  calls.length = 0
  luck.job = async () => true
  luck.breaks = () => false
})

let projects = 0

/** A project of its own, with a run of so many shards. */
async function place(shards = 1) {
  projects += 1
  const project = String(projects)
  const keys = projectKeys('label-studio', project)
  const tiny = tinyProject()
  const settings = { ...tiny.settings, samplesPerRun: 10 * shards, shardSize: 10 }
  await createJson(store, keys.project, Project, { ...tiny, id: project, settings })
  await createJson(store, keys.seeds, SeedList, { schemaVersion: 1, wanted: 2, chosen: [] })
  const version = await openRun(store, keys, { inputs: 'b'.repeat(64), paintings: [] }, () => new Date())
  const of = { platform: 'label-studio', project } as const
  return {
    keys,
    run: { ...of, kind: 'run', version } satisfies Work,
    seeds: { ...of, kind: 'seeds' } satisfies Work,
    record: async () => (await getJson(store, keys.run(version).run, Run))?.value,
    change: (to: Partial<Run>) => updateJson(store, keys.run(version).run, Run, (known): Run => ({ ...known, ...to })),
    seedList: async () => (await getJson(store, keys.seeds, SeedList))?.value,
    /** What a job in a container would be told. */
    told: (device: 'cpu' | 'cuda', more: Readonly<Record<string, string>> = {}) => ({
      SIXTEEN_STORE: `s3://${deployment.bucket}`,
      LABEL_STUDIO_URL: labelStudioUrl,
      SIXTEEN_DEVICE: device,
      SIXTEEN_PLATFORM: 'label-studio',
      SIXTEEN_PROJECT: project,
      SIXTEEN_VERSION: version,
      // Of Step Functions itself.
      MANAGED_BY_AWS: 'STARTED_BY_STEP_FUNCTIONS',
      ...more,
    }),
  }
}

async function execute(work: Work, attempt = 1): Promise<{ readonly status: string; readonly error: string }> {
  expect(await workflow.start(work)).toBe(true)
  return await untilOver(executionName(work, attempt))
}

async function untilOver(name: string) {
  const executionArn = `${deployment.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`
  const describeIt = () => clients.states.send(new DescribeExecutionCommand({ executionArn }))
  await expect.poll(async () => (await describeIt()).status, { timeout: 60_000, interval: 50 }).not.toBe('RUNNING')
  const { status = '', error = '' } = await describeIt()
  return { status, error }
}

const submitted = () => jobs.map(({ command, environment }) => ({ command, environment }))
const commands = () => jobs.map(({ command }) => command.join(' '))
const taken = () => calls.map(({ step }) => step)

/** Events that wait in the queue. */
async function waitingEvents(): Promise<number> {
  const queue = openSqsQueue({ client: clients.sqs, queueUrl: deployment.queueUrl })
  try {
    return (await queue.depth()).messages
  } finally {
    await queue.close()
  }
}

describe('a run', () => {
  test('with one share is one job after the other, each told what it needs', async () => {
    const { run, told } = await place()
    const events = await waitingEvents()
    expect(await execute(run)).toEqual({ status: 'SUCCEEDED', error: '' })
    expect(submitted()).toEqual([
      { command: ['train'], environment: told('cuda') },
      { command: ['generate'], environment: told('cuda', { SIXTEEN_SHARES: '1' }) },
      { command: ['curate'], environment: told('cpu') },
      { command: ['publish'], environment: told('cpu') },
      { command: ['evaluate'], environment: told('cuda') },
    ])
    expect(calls).toEqual([
      { step: 'plan', work: run },
      { step: 'done', work: run },
    ])
    expect(await waitingEvents()).toBe(events + 1)
  })

  test.each([
    { shards: 2, shares: 2 },
    { shards: 7, shares: 3 },
  ])('of $shards shards is shared by $shares containers', async ({ shards, shares }) => {
    const { run, told } = await place(shards)
    expect(await execute(run)).toEqual({ status: 'SUCCEEDED', error: '' })
    expect(commands()).toEqual(['train', ...Array(shares).fill('generate'), 'curate', 'publish', 'evaluate'])
    expect(submitted().filter(({ command }) => command[0] === 'generate')).toEqual(
      Array.from({ length: shares }, (_, index) => ({
        command: ['generate'],
        environment: told('cuda', { SIXTEEN_SHARES: `${shares}`, AWS_BATCH_JOB_ARRAY_INDEX: `${index}` }),
      })),
    )
    expect(taken()).toEqual(['plan', 'done'])
  })

  test.each([
    { fails: 'train', before: [] },
    { fails: 'generate', before: ['train'] },
    { fails: 'curate', before: ['train', 'generate'] },
    { fails: 'publish', before: ['train', 'generate', 'curate'] },
    { fails: 'evaluate', before: ['train', 'generate', 'curate', 'publish'] },
  ])('ends where $fails fails, and its record says why', async ({ fails, before }) => {
    const { run, record } = await place()
    const events = await waitingEvents()
    luck.job = async ({ command }) => command[0] !== fails
    expect(await execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(commands()).toEqual([...before, fails])
    expect(calls).toEqual([
      { step: 'plan', work: run },
      { step: 'failed', work: run, error: { Error: 'States.TaskFailed', Cause: expect.any(String) } },
    ])
    expect(await record()).toMatchObject({
      state: 'failed',
      error: {
        message: expect.stringMatching(/^Essential container in task exited \(States\.TaskFailed, job [\w-]+\)$/),
      },
    })
    expect(await waitingEvents()).toBe(events + 1)
  })

  test('ends where one of the containers that share it fails', async () => {
    const { run, record } = await place(3)
    luck.job = async ({ environment }) => environment.AWS_BATCH_JOB_ARRAY_INDEX !== '1'
    expect(await execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(commands()).toEqual(['train', 'generate', 'generate', 'generate'])
    expect(taken()).toEqual(['plan', 'failed'])
    expect((await record())?.state).toBe('failed')
  })

  test('keeps the reason that the job itself gave', async () => {
    const { run, record, change } = await place()
    const error = { message: 'the disk is full', phase: 'train' } as const
    luck.job = async () => {
      await change({ state: 'failed', error })
      return false
    }
    expect(await execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect((await record())?.error).toEqual(error)
  })

  test('that cannot be planned submits no job, and says why', async () => {
    const { run, keys, record } = await place()
    await overwrite(store, keys.project, new TextEncoder().encode('{"schemaVersion":1}'))
    expect(await execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(jobs).toEqual([])
    expect(taken()).toEqual(['plan', 'failed'])
    expect((await record())?.error?.message).toMatch(
      /^InvalidRecordError: projects\/label-studio-\d+\/project\.json is not a valid record/,
    )
  })

  test('whose end cannot be noted stays done', async () => {
    const { run, record, change } = await place()
    luck.breaks = (step) => step === 'done'
    luck.job = async ({ command }) => {
      if (command[0] === 'evaluate') await change({ state: 'done' })
      return true
    }
    expect(await execute(run)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(taken()).toEqual(['plan', 'done', 'failed'])
    expect((await record())?.state).toBe('done')
  })

  test('that failed goes on under the next name', async () => {
    const { run, record } = await place()
    luck.job = async () => false
    await execute(run)
    expect((await record())?.state).toBe('failed')
    const states: unknown[] = []
    luck.job = async () => {
      states.push((await record())?.state)
      return true
    }
    expect(await execute(run, 2)).toEqual({ status: 'SUCCEEDED', error: '' })
    expect(states).toEqual(Array(5).fill('created'))
  })

  test('that is not there fails without a job', async () => {
    const { run } = await place()
    expect((await execute({ ...run, version: 'sixteen-v9' })).status).toBe('FAILED')
    expect(jobs).toEqual([])
    expect(taken()).toEqual(['plan', 'failed'])
  })
})

describe('seeds', () => {
  test('are one job', async () => {
    const { seeds, told, seedList } = await place()
    const { SIXTEEN_VERSION: _, ...environment } = told('cuda')
    const events = await waitingEvents()
    expect(await execute(seeds)).toEqual({ status: 'SUCCEEDED', error: '' })
    expect(submitted()).toEqual([{ command: ['seeds'], environment }])
    expect(calls).toEqual([
      { step: 'plan', work: seeds },
      { step: 'done', work: seeds },
    ])
    expect(await waitingEvents()).toBe(events + 1)
    expect((await seedList())?.failure).toBeUndefined()
  })

  test('that fail are told of in the seed list, and nobody is called to try again at once', async () => {
    const { seeds, seedList } = await place()
    luck.job = async () => false
    const events = await waitingEvents()
    expect(await execute(seeds)).toEqual({ status: 'FAILED', error: 'WorkFailed' })
    expect(commands()).toEqual(['seeds'])
    expect(taken()).toEqual(['plan', 'failed'])
    expect((await seedList())?.failure).toMatch(/^Essential container in task exited/)
    expect(await waitingEvents()).toBe(events)
  })
})

test('work of no known kind fails without a job', async () => {
  const { stateMachineArn } = deployment
  const input = JSON.stringify({ work: { kind: 'dance', platform: 'label-studio', project: '1' } })
  await clients.states.send(new StartExecutionCommand({ stateMachineArn, name: 'dance', input }))
  expect((await untilOver('dance')).status).toBe('FAILED')
  expect(jobs).toEqual([])
})
