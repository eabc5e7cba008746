import { Duration } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { keyPatterns, permissionForKeys } from '../keyPatterns.ts'
import type { DeploymentOptions } from '../options.ts'
import type { AccessSecrets } from './accessSecrets.ts'
import { type EventQueue, reactionSeconds } from './eventQueue.ts'
import type { FactoryWorkflow } from './factoryWorkflow.ts'
import { LambdaFunction } from './lambdaFunction.ts'

export interface ReactorProps extends Pick<DeploymentOptions, 'labelStudioUrl' | 'reconcileMinutes' | 'defaults'> {
  readonly bucket: IBucket
  readonly secrets: AccessSecrets
  readonly events: EventQueue
  readonly workflow: FactoryWorkflow
}

/** Reads the queue, looks at Label Studio, and begins work; and a timer for events that were lost. */
export class Reactor extends Construct {
  readonly reactor: LambdaFunction
  readonly timer: LambdaFunction

  constructor(scope: Construct, id: string, props: ReactorProps) {
    super(scope, id)
    const { bucket, secrets, events, workflow } = props
    const { queueArn, queueUrl } = events.queue
    this.reactor = new LambdaFunction(this, 'Reactor', {
      entry: 'functions/cloud/reactor.ts',
      environment: {
        SIXTEEN_BUCKET: bucket.bucketName,
        SIXTEEN_QUEUE_URL: queueUrl,
        SIXTEEN_STATE_MACHINE: workflow.stateMachine.stateMachineArn,
        SIXTEEN_LABEL_STUDIO_TOKEN_SECRET: secrets.labelStudioToken.secretArn,
        LABEL_STUDIO_URL: props.labelStudioUrl,
        ...(props.defaults === undefined ? {} : { SIXTEEN_DEFAULTS: JSON.stringify(props.defaults) }),
      },
      permissions: [
        { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] },
        permissionForKeys(bucket, ['s3:GetObject'], [keyPatterns.projects, keyPatterns.generatorRecords]),
        permissionForKeys(bucket, ['s3:PutObject'], [keyPatterns.projects]),
        // Paintings that were taken back, requests that were answered, a version that is shown no more.
        permissionForKeys(
          bucket,
          ['s3:DeleteObject'],
          [keyPatterns.annotations, keyPatterns.trainRequests, keyPatterns.serving],
        ),
        {
          actions: [
            'sqs:ChangeMessageVisibility',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
            'sqs:ReceiveMessage',
            'sqs:SendMessage',
          ],
          resources: [queueArn],
        },
        ...workflow.workPermissions,
        { actions: ['secretsmanager:GetSecretValue'], resources: [secrets.labelStudioToken.secretArn] },
      ],
      seconds: reactionSeconds,
      memory: 1024,
    })
    this.reactor.function.addEventSource(
      new SqsEventSource(events.queue, { batchSize: 10, reportBatchItemFailures: true }),
    )
    this.timer = new LambdaFunction(this, 'Timer', {
      entry: 'functions/cloud/timer.ts',
      environment: { SIXTEEN_BUCKET: bucket.bucketName, SIXTEEN_QUEUE_URL: queueUrl },
      permissions: [
        { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] },
        // A project is there with either of them.
        permissionForKeys(bucket, ['s3:GetObject'], [keyPatterns.projectRecords, keyPatterns.projectStates]),
        { actions: ['sqs:SendMessage'], resources: [queueArn] },
      ],
      seconds: 60,
      memory: 256,
    })
    new Rule(this, 'Now', {
      schedule: Schedule.rate(Duration.minutes(props.reconcileMinutes)),
      targets: [new LambdaTarget(this.timer.function, { event: RuleTargetInput.fromObject({}), retryAttempts: 1 })],
    })
  }
}
