/**
 * The workflow in the cloud: a state machine of Step Functions (Standard), one execution for each attempt at a piece of
 * work. Its input is `{ "work": … }`. Nothing is kept here: AWS knows what is under way, and by its name an execution is
 * started once, whoever starts it (executionName.ts).
 *
 * What AWS tells of executions may be some seconds old. So `isActive` may still say yes of work that has just ended, and two
 * who start the same work in the same moment may both hear that it was started; it is begun once all the same.
 *
 * The role needs states:StartExecution and states:ListExecutions on the state machine, states:DescribeExecution and
 * states:StopExecution on its executions.
 */
import {
  DescribeExecutionCommand,
  type ExecutionListItem,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { awsFailure, explainAwsFailure } from '../aws/failure.ts'
import { attemptIn, executionName } from './executionName.ts'
import { type Work, type Workflow, WorkflowError } from './index.ts'

export interface StepFunctionsOptions {
  readonly client: SFNClient
  /** `arn:aws:states:<region>:<account>:stateMachine:<name>` */
  readonly stateMachineArn: string
}

interface Attempt {
  readonly number: number
  readonly arn: string
  readonly isUnderWay: boolean
}

/** Names that may turn out to be taken before a start is given up: AWS's list lags by an attempt or two, if at all. */
const mostTaken = 10

/**
 * Opens the workflow of a state machine, which must be there. Nothing is asked before the first call.
 * @throws WorkflowError for an ARN that is none
 */
export function openStepFunctionsWorkflow({ client, stateMachineArn }: StepFunctionsOptions): Workflow {
  const executionsArn = executionsOf(stateMachineArn)

  const attempt = async <T>(what: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      if (error instanceof WorkflowError) throw error
      throw new WorkflowError(`could not ${what} of ${stateMachineArn}: ${explainAwsFailure(awsFailure(error))}`)
    }
  }

  /** AWS lists the newest first, and attempts are started in the order of their numbers. */
  const newest = async (work: Work): Promise<Attempt | undefined> => {
    let nextToken: string | undefined
    do {
      const page = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1000, nextToken }))
      const [found] = (page.executions ?? [])
        .flatMap((execution) => asAttempt(work, execution))
        .sort((one, other) => other.number - one.number)
      if (found !== undefined) return found
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return undefined
  }

  const isRunning = async (executionArn: string): Promise<boolean> => {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }))
    return status === 'RUNNING'
  }

  /** @returns whether the name was free, or taken by the same work that is still under way */
  const startAs = async (name: string, work: Work): Promise<boolean> => {
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify({ work }) }))
      return true
    } catch (error) {
      if (awsFailure(error).code === 'ExecutionAlreadyExists') return false
      throw error
    }
  }

  return {
    start: (work) =>
      attempt('start an execution', async () => {
        const last = await newest(work)
        if (last?.isUnderWay) return false
        let number = (last?.number ?? 0) + 1
        for (let taken = 0; taken < mostTaken; taken += 1, number += 1) {
          const name = executionName(work, number)
          if (await startAs(name, work)) return true
          // The list was older than this attempt: it is over, or somebody else's with another input.
          if (await isRunning(`${executionsArn}${name}`)) return false
        }
        throw new WorkflowError(
          `could not start ${executionName(work, number)}: AWS lists none of the ${mostTaken} attempts before it; do it again later`,
        )
      }),

    stop: (work) =>
      attempt('stop an execution', async () => {
        const last = await newest(work)
        if (!last?.isUnderWay) return false
        const why = { error: 'Stopped', cause: 'a person stopped it' }
        await client.send(new StopExecutionCommand({ executionArn: last.arn, ...why }))
        return true
      }),

    isActive: (work) => attempt('look at executions', async () => (await newest(work))?.isUnderWay ?? false),
  }
}

function asAttempt(work: Work, { name, executionArn: arn, status }: ExecutionListItem): readonly Attempt[] {
  const number = name === undefined ? undefined : attemptIn(work, name)
  return number === undefined || arn === undefined ? [] : [{ number, arn, isUnderWay: status === 'RUNNING' }]
}

/** What the ARNs of a state machine's executions begin with. */
function executionsOf(stateMachineArn: string): string {
  const parts = /^(arn:[\w-]+:states:[\w-]+:\d+):stateMachine:([\w-]+)$/.exec(stateMachineArn)
  if (parts !== null) return `${parts[1]}:execution:${parts[2]}:`
  throw new WorkflowError(`${JSON.stringify(stateMachineArn.slice(0, 200))} is no ARN of a state machine`)
}
