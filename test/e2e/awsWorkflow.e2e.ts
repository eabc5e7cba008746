import { inspect } from 'node:util'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { type Work, WorkflowError } from '../../integrations/workflow/index.ts'
import { openStepFunctionsWorkflow } from '../../integrations/workflow/stepFunctions.ts'
import { describeWorkflow } from '../contract/workflow.ts'
import { type Moto, startMoto } from './support/moto.ts'
import { type Fault, startRelay } from './support/relay.ts'

let moto: Moto
let states: SFNClient
let queues: SQSClient
let machines = 0

beforeAll(async () => {
  moto = await startMoto()
  states = new SFNClient(moto.clientOptions)
  queues = new SQSClient(moto.clientOptions)
})
afterAll(async () => {
  states?.destroy()
  queues?.destroy()
  await moto?.close()
})

const Begun = z.object({
  token: z.string(),
  work: z.custom<Work>((value) => typeof value === 'object' && value !== null && 'kind' in value),
})

/** A state machine that says what it got, and then waits for somebody to end it. */
async function makeStateMachine(): Promise<{ readonly stateMachineArn: string; readonly queueUrl: string }> {
  const name = `machine-${machines++}`
  const { QueueUrl: queueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: name }))
  const definition = {
    StartAt: 'Work',
    States: {
      Work: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
        Parameters: { QueueUrl: queueUrl, MessageBody: { 'work.$': '$.work', 'token.$': '$$.Task.Token' } },
        End: true,
      },
    },
  }
  const { stateMachineArn = '' } = await states.send(
    new CreateStateMachineCommand({
      name,
      definition: JSON.stringify(definition),
      roleArn: 'arn:aws:iam::123456789012:role/any',
    }),
  )
  return { stateMachineArn, queueUrl }
}

describeWorkflow({
  name: 'Step Functions',
  async open() {
    const { stateMachineArn, queueUrl } = await makeStateMachine()
    const begun: Work[] = []
    const tokens = new Map<string, string>()
    const listen = async (): Promise<readonly Work[]> => {
      for (;;) {
        const { Messages: [message] = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }))
        if (message === undefined) return begun
        const { token, work } = Begun.parse(JSON.parse(message.Body ?? ''))
        begun.push(work)
        tokens.set(JSON.stringify(work), token)
        const { ReceiptHandle } = message
        await queues.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }))
      }
    }
    return {
      workflow: openStepFunctionsWorkflow({ client: states, stateMachineArn }),
      begun: listen,
      async end(work, how) {
        const taskToken = tokens.get(JSON.stringify(work))
        if (how === 'done') await states.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
        else await states.send(new SendTaskFailureCommand({ taskToken, error: 'NoLuck', cause: 'no luck' }))
      },
      close: async () => undefined,
    }
  },
})

describe('executions', () => {
  const work: Work = { platform: 'label-studio', project: '7', kind: 'run', version: 'sixteen-v2' }
  const name = (attempt: number): string => `label-studio-7-sixteen-v2-${attempt}`

  /** A workflow whose calls go through a relay, and the executions that there are. */
  async function place() {
    const { stateMachineArn } = await makeStateMachine()
    const relay = await startRelay(moto.endpoint)
    const client = new SFNClient({ ...moto.clientOptions, endpoint: relay.endpoint })
    onTestFinished(async () => {
      client.destroy()
      await relay.close()
    })
    return {
      stateMachineArn,
      relay,
      workflow: openStepFunctionsWorkflow({ client, stateMachineArn }),
      async executions() {
        const { executions = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn }))
        return executions.map((execution) => execution.name).sort()
      },
    }
  }
  const listing = (...executions: readonly object[]): Fault => ({
    kind: 'answer',
    status: 200,
    body: JSON.stringify({ executions }),
  })
  const isCallOf = (action: string, headers: Readonly<Record<string, unknown>>) =>
    headers['x-amz-target'] === `AWSStepFunctions.${action}`

  test('are named after the work and the attempt, and get the work as input', async () => {
    const { workflow, stateMachineArn, executions } = await place()
    await workflow.start(work)
    expect(await executions()).toEqual([name(1)])
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name(1)}`
    const { input } = await states.send(new DescribeExecutionCommand({ executionArn }))
    expect(JSON.parse(input ?? '')).toEqual({ work })
    await workflow.stop(work)
    await workflow.start(work)
    expect(await executions()).toEqual([name(1), name(2)])
  })

  test('are not doubled where the list is older than the last start', async () => {
    const { workflow, relay, executions } = await place()
    await workflow.start(work)
    relay.inflict(({ headers }) => (isCallOf('ListExecutions', headers) ? listing() : undefined))
    // AWS takes the second start for the first one's.
    await workflow.start(work)
    expect(await executions()).toEqual([name(1)])
  })

  test('get the next free name where the list is older than the last end', async () => {
    const { workflow, relay, executions } = await place()
    for (const _ of [1, 2, 3]) {
      await workflow.start(work)
      await workflow.stop(work)
    }
    relay.inflict(({ headers }) => (isCallOf('ListExecutions', headers) ? listing() : undefined))
    expect(await workflow.start(work)).toBe(true)
    expect(await executions()).toEqual([1, 2, 3, 4].map(name))
  })

  test('are left alone where somebody else uses the name for another input', async () => {
    const { workflow, relay, executions, stateMachineArn } = await place()
    await states.send(new StartExecutionCommand({ stateMachineArn, name: name(1), input: '{"work":{},"token":{}}' }))
    relay.inflict(({ headers }) => (isCallOf('ListExecutions', headers) ? listing() : undefined))
    expect(await workflow.start(work)).toBe(false)
    expect(await executions()).toEqual([name(1)])
  })

  test('are looked for on all pages of the list, and the highest attempt counts', async () => {
    const { workflow, relay, stateMachineArn } = await place()
    const execution = (of: string, status: string) => ({
      name: of,
      status,
      stateMachineArn,
      startDate: 1,
      executionArn: `arn:aws:states:us-east-1:1:execution:m:${of}`,
    })
    const pages = [
      { executions: [execution('by-hand', 'RUNNING'), execution('label-studio-7-sixteen-v21-1', 'RUNNING')] },
      { executions: [execution(name(2), 'FAILED'), execution(name(10), 'RUNNING'), execution(name(9), 'FAILED')] },
    ]
    relay.inflict(({ body }) => {
      const { nextToken } = JSON.parse(body)
      const page = nextToken === undefined ? { ...pages[0], nextToken: 'more' } : pages[1]
      return { kind: 'answer', status: 200, body: JSON.stringify(page) }
    })
    expect(await workflow.isActive(work)).toBe(true)
    expect(relay.calls).toHaveLength(2)
  })

  test('are started once where the answer to the start is lost', async () => {
    const { workflow, relay, executions } = await place()
    const starts = () => relay.calls.filter(({ headers }) => isCallOf('StartExecution', headers))
    relay.inflict(({ headers }) =>
      isCallOf('StartExecution', headers) && starts().length === 1 ? { kind: 'lose-answer' } : undefined,
    )
    expect(await workflow.start(work)).toBe(true)
    expect(starts()).toHaveLength(2)
    expect(await executions()).toEqual([name(1)])
  })

  test('that cannot be started are a WorkflowError that shows no credential', async () => {
    const { workflow, relay } = await place()
    const message = 'x-amz-security-token:canary-session'
    const body = JSON.stringify({ __type: 'UnrecognizedClientException', message })
    relay.inflict(() => ({ kind: 'answer', status: 400, body }))
    for (const call of [workflow.start, workflow.stop, workflow.isActive]) {
      const refusal: unknown = await call(work).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(WorkflowError)
      expect(inspect(refusal, { depth: 20, showHidden: true })).toContain('the credentials are not accepted')
      expect(inspect(refusal, { depth: 20, showHidden: true })).not.toContain('canary')
    }
  })

  test('of a state machine that is not there are an error that names it', async () => {
    const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:never-made'
    const workflow = openStepFunctionsWorkflow({ client: states, stateMachineArn })
    await expect(workflow.start(work)).rejects.toThrow(/never-made: there is no such state machine: check its ARN/)
  })

  test.each([
    '',
    'never-made',
    'arn:aws:states:us-east-1:1:execution:m:e',
    'arn:aws:states:eu-west-1:1:stateMachine:m:1',
  ])('have no state machine in %j', (stateMachineArn) => {
    expect(() => openStepFunctionsWorkflow({ client: states, stateMachineArn })).toThrow(WorkflowError)
  })
})
