/** What the imitation of AWS must do for other tests to mean anything. */
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Moto, startMoto } from './support/moto.ts'
import type { BatchJob } from './support/motoAsk.ts'
import { type MotoBatch, openMotoBatch } from './support/motoBatch.ts'

let moto: Moto
let states: SFNClient
let batch: MotoBatch
let definition: string
let machines = 0
const jobs: BatchJob[] = []
const calls: unknown[] = []

beforeAll(async () => {
  moto = await startMoto({
    job: async (job) => {
      jobs.push(job)
      return job.environment.FAILS !== (job.environment.AWS_BATCH_JOB_ARRAY_INDEX ?? 'alone')
    },
    invoke: async (name, payload) => {
      calls.push({ name, payload })
      if (name === 'broken') throw new RangeError('out of luck')
      return { shares: 3 }
    },
  })
  states = new SFNClient(moto.clientOptions)
  batch = await openMotoBatch(moto)
  const environment = [{ name: 'STORE', value: 's3://bucket' }]
  definition = await batch.define('job', { image: 'image', command: ['default'], environment })
})
afterAll(async () => {
  states?.destroy()
  await moto?.close()
})
beforeEach(() => {
  jobs.length = 0
  calls.length = 0
})

/** A state as the CDK writes it. */
const submit = (more: object, overrides: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::batch:submitJob.sync',
  Parameters: {
    JobName: 'generate',
    JobQueue: batch.jobQueueArn,
    JobDefinition: definition,
    ContainerOverrides: { Command: ['generate'], Environment: [{ Name: 'PROJECT', 'Value.$': '$.work.project' }] },
    ...overrides,
  },
  ResultPath: null,
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught', ResultPath: '$.error' }],
  ...more,
})

/** Runs a state machine to its end. */
async function execute(first: object, input: object): Promise<{ readonly status?: string; readonly output?: unknown }> {
  const name = `machine-${machines++}`
  const { stateMachineArn } = await states.send(
    new CreateStateMachineCommand({
      name,
      roleArn: 'arn:aws:iam::123456789012:role/any',
      definition: JSON.stringify({
        StartAt: 'First',
        States: { First: first, Caught: { Type: 'Pass', Parameters: { 'error.$': '$.error' }, End: true } },
      }),
    }),
  )
  const { executionArn } = await states.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  )
  const describe = () => states.send(new DescribeExecutionCommand({ executionArn }))
  await expect.poll(async () => (await describe()).status, { timeout: 30_000 }).not.toBe('RUNNING')
  const { status, output } = await describe()
  return { status: status ?? '', output: JSON.parse(output ?? 'null') }
}

/** What a state catches. */
const Caught = z.object({ error: z.object({ Error: z.string(), Cause: z.string() }) })

const input = { work: { project: '7' } }

describe('a state that submits a job and waits for it', () => {
  test('gives the container its command and its environment, and goes on when it is done', async () => {
    expect(await execute(submit({ End: true }), input)).toEqual({ status: 'SUCCEEDED', output: input })
    const environment = expect.objectContaining({ STORE: 's3://bucket', PROJECT: '7' })
    expect(jobs).toEqual([expect.objectContaining({ name: 'generate', command: ['generate'], environment })])
  })

  test('starts each child of an array with its index', async () => {
    await execute(submit({ End: true }, { ArrayProperties: { 'Size.$': '$.size' } }), { ...input, size: 3 })
    expect(jobs.map(({ environment }) => environment.AWS_BATCH_JOB_ARRAY_INDEX)).toEqual(['0', '1', '2'])
  })

  test.each(['alone', '1'])('catches a job that fails: %s', async (which) => {
    const overrides = {
      ContainerOverrides: { Environment: [{ Name: 'FAILS', Value: which }] },
      ...(which === 'alone' ? {} : { ArrayProperties: { Size: 2 } }),
    }
    const { status, output } = await execute(submit({ End: true }, overrides), input)
    expect(status).toBe('SUCCEEDED')
    const { error } = Caught.parse(output)
    expect(error.Error).toBe('States.TaskFailed')
    const reason = { Status: 'FAILED', StatusReason: 'Essential container in task exited' }
    expect(JSON.parse(error.Cause)).toMatchObject(reason)
  })
})

describe('a state that calls a function', () => {
  const invoke = (FunctionName: string): object => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName, Payload: { step: 'plan', 'work.$': '$.work' } },
    ResultSelector: { 'shares.$': '$.Payload.shares' },
    ResultPath: '$.plan',
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught', ResultPath: '$.error' }],
    End: true,
  })

  test('gets its answer', async () => {
    const { output } = await execute(invoke('arn:aws:lambda:us-east-1:123456789012:function:plan'), input)
    expect(output).toEqual({ ...input, plan: { shares: 3 } })
    expect(calls).toEqual([{ name: 'plan', payload: { step: 'plan', ...input } }])
  })

  test('catches its error', async () => {
    const { output } = await execute(invoke('broken'), input)
    expect(output).toEqual({ error: { Error: 'RangeError', Cause: expect.stringContaining('out of luck') } })
  })
})
