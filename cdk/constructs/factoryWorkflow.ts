import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import {
  Choice,
  Condition,
  CustomState,
  DefinitionBody,
  Fail,
  type IChainable,
  LogLevel,
  StateMachine,
  StateMachineType,
  Succeed,
} from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { acknowledgeWildcards } from '../acknowledge.ts'
import { keyPatterns, permissionForKeys } from '../keyPatterns.ts'
import { type Permission, permit } from '../permissions.ts'
import type { EventQueue } from './eventQueue.ts'
import type { GpuFleet, JobPlace } from './gpuFleet.ts'
import { LambdaFunction } from './lambdaFunction.ts'

export interface FactoryWorkflowProps {
  readonly bucket: IBucket
  readonly events: EventQueue
  readonly fleet: GpuFleet
  readonly largestArray: number
}

/**
 * The work of a project as a state machine: `{ work }` in, where work is a run, the seeds of a project, or predictions that were asked for.
 *
 *     plan ─┬─ seeds │ predict ───────────────────────────────────────────────────┬─ done
 *           └─ train ─┬─ generate ──────────┬─ curate ─ publish ─ evaluate ─────────┘
 *                     └─ generate (array) ──┘          whatever fails: noted down, then failed
 */
export class FactoryWorkflow extends Construct {
  readonly stateMachine: StateMachine
  readonly steps: LambdaFunction

  constructor(scope: Construct, id: string, { bucket, events, fleet, largestArray }: FactoryWorkflowProps) {
    super(scope, id)
    this.steps = new LambdaFunction(this, 'Steps', {
      entry: 'functions/cloud/steps.ts',
      environment: {
        SIXTEEN_BUCKET: bucket.bucketName,
        SIXTEEN_QUEUE_URL: events.queue.queueUrl,
        SIXTEEN_LARGEST_ARRAY: String(largestArray),
      },
      permissions: [
        { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] },
        permissionForKeys(bucket, ['s3:GetObject'], [keyPatterns.projects]),
        permissionForKeys(bucket, ['s3:PutObject'], [keyPatterns.runRecords, keyPatterns.seedLists]),
        { actions: ['sqs:SendMessage'], resources: [events.queue.queueArn] },
      ],
      seconds: 60,
      memory: 512,
    })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
    permit(role, this.permissions(fleet))
    acknowledgeWildcards(
      role,
      ['*'],
      'log deliveries, traces and a look at jobs are actions that AWS offers for all resources only',
    )
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(this.definition(fleet)),
      role,
      // Jobs have limits of their own, whose end is noted down; the end of the whole is not.
      timeout: Duration.days(14),
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Log', {
          logGroupName: `/aws/vendedlogs/states/${Stack.of(this).stackName}`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        // What a job was told stands in its input, and holds no secret.
        includeExecutionData: true,
      },
    })
  }

  /** To begin work, to look at what is under way, and to stop it. */
  get workPermissions(): readonly Permission[] {
    const { stateMachineArn, stateMachineName } = this.stateMachine
    const executions = Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    return [
      { actions: ['states:StartExecution', 'states:ListExecutions'], resources: [stateMachineArn] },
      {
        actions: ['states:DescribeExecution', 'states:StopExecution'],
        resources: [executions],
        wildcard: 'executions of this one state machine get their names when they are started',
      },
    ]
  }

  private definition({ gpu, cpu }: GpuFleet): IChainable {
    const failed = this.step('NoteFailure', 'failed', { 'error.$': '$.error' }).next(
      new Fail(this, 'Failed', { error: 'WorkFailed', cause: 'the reason stands in the record of the run' }),
    )
    const guarded = (state: CustomState): CustomState => state.addCatch(failed, { resultPath: '$.error' })
    const job = (name: string, place: JobPlace, of: string, more: BatchParameters = {}): CustomState =>
      guarded(this.job(name, place, of, more))

    const plan = guarded(this.step('Plan', 'plan', {}, '$.plan'))
    const done = guarded(this.step('NoteEnd', 'done', {})).next(new Succeed(this, 'Done'))
    const curate = job('Curate', cpu, 'curate')
    curate
      .next(job('Publish', cpu, 'publish'))
      .next(job('Evaluate', gpu, 'evaluate'))
      .next(done)
    const many = { ArrayProperties: { 'Size.$': '$.plan.shares' } }
    const generate = new Choice(this, 'HowManyShares')
      .when(Condition.numberEquals('$.plan.shares', 1), job('GenerateAlone', gpu, 'generate').next(curate))
      .otherwise(job('GenerateTogether', gpu, 'generate', many).next(curate))
    const kind = new Choice(this, 'WhatWork')
      .when(Condition.stringEquals('$.work.kind', 'seeds'), job('Seeds', gpu, 'seeds').next(done))
      .when(Condition.stringEquals('$.work.kind', 'predictions'), job('Predict', cpu, 'predict').next(done))
      .when(Condition.stringEquals('$.work.kind', 'run'), job('Train', gpu, 'train').next(generate))
      // The plan refuses every other kind: this is never reached.
      .otherwise(new Fail(this, 'UnknownWork', { error: 'UnknownWork' }))
    return plan.next(kind)
  }

  /** A step of functions/cloud/steps.ts. */
  private step(name: string, step: string, more: Readonly<Record<string, string>>, resultPath?: string): CustomState {
    const state = new CustomState(this, name, {
      stateJson: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: {
          FunctionName: this.steps.function.functionArn,
          Payload: { step, 'work.$': '$.work', ...more },
        },
        ...(resultPath === undefined
          ? { ResultPath: null }
          : { ResultSelector: { 'shares.$': '$.Payload.shares' }, ResultPath: resultPath }),
      },
    })
    const errors = [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.TooManyRequestsException',
    ]
    return state.addRetry({ errors, interval: Duration.seconds(2), maxAttempts: 6, backoffRate: 2 })
  }

  /** A container with the work as its environment. */
  private job(name: string, { queue, definition }: JobPlace, job: string, more: BatchParameters): CustomState {
    const isOfRun = job !== 'seeds' && job !== 'predict'
    return new CustomState(this, name, {
      stateJson: {
        Type: 'Task',
        Resource: 'arn:aws:states:::batch:submitJob.sync',
        Parameters: {
          JobName: job,
          JobQueue: queue.jobQueueArn,
          JobDefinition: definition.jobDefinitionArn,
          ContainerOverrides: {
            Command: [job],
            Environment: [
              { Name: 'SIXTEEN_PLATFORM', 'Value.$': '$.work.platform' },
              { Name: 'SIXTEEN_PROJECT', 'Value.$': '$.work.project' },
              ...(isOfRun ? [{ Name: 'SIXTEEN_VERSION', 'Value.$': '$.work.version' }] : []),
              ...(job === 'generate'
                ? [{ Name: 'SIXTEEN_SHARES', 'Value.$': "States.Format('{}', $.plan.shares)" }]
                : []),
            ],
          },
          ...more,
        },
        ResultPath: null,
      },
    })
  }

  private permissions({ gpu, cpu, jobArns }: GpuFleet): Permission[] {
    const rule = { service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForBatchJobsRule' }
    return [
      { actions: ['lambda:InvokeFunction'], resources: [this.steps.function.functionArn] },
      { actions: ['batch:SubmitJob'], resources: [gpu.queue.jobQueueArn, cpu.queue.jobQueueArn] },
      {
        actions: ['batch:SubmitJob'],
        resources: [gpu.revisions, cpu.revisions],
        wildcard: 'what began before an update goes on with the revision of the job that it began with',
      },
      {
        actions: ['batch:TerminateJob'],
        resources: [jobArns],
        wildcard: 'AWS gives a job its id when it is submitted',
      },
      { actions: ['batch:DescribeJobs'], resources: ['*'] },
      {
        actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        resources: [Stack.of(this).formatArn(rule)],
      },
    ]
  }
}

type BatchParameters = Readonly<Record<string, unknown>>
