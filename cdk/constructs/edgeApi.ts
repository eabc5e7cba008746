import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { CfnStage, DomainName, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import { keyPatterns, permissionForKeys } from '../keyPatterns.ts'
import type { DeploymentOptions } from '../options.ts'
import type { AccessSecrets } from './accessSecrets.ts'
import type { EventQueue } from './eventQueue.ts'
import type { FactoryWorkflow } from './factoryWorkflow.ts'
import { LambdaFunction } from './lambdaFunction.ts'

export interface EdgeApiProps extends Pick<DeploymentOptions, 'domain' | 'certificateArn'> {
  readonly bucket: IBucket
  readonly secrets: AccessSecrets
  readonly events: EventQueue
  readonly workflow: FactoryWorkflow
}

/** Requests a second, and at once: a flood costs no more than this. */
const throttle = { rateLimit: 100, burstLimit: 200 }

/** The web app behind an HTTP API: Label Studio and people call it, and pay for each call. */
export class EdgeApi extends Construct {
  readonly url: string
  /** Where an own domain has to point to. */
  readonly domainTarget: string | undefined
  readonly api: HttpApi
  readonly edge: LambdaFunction

  constructor(
    scope: Construct,
    id: string,
    { bucket, secrets, events, workflow, domain, certificateArn }: EdgeApiProps,
  ) {
    super(scope, id)
    this.edge = new LambdaFunction(this, 'App', {
      entry: 'functions/cloud/edge.ts',
      environment: {
        SIXTEEN_BUCKET: bucket.bucketName,
        SIXTEEN_QUEUE_URL: events.queue.queueUrl,
        SIXTEEN_STATE_MACHINE: workflow.stateMachine.stateMachineArn,
        SIXTEEN_ACCESS_KEY_SECRET: secrets.accessKey.secretArn,
      },
      permissions: [
        { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] },
        permissionForKeys(bucket, ['s3:GetObject'], [keyPatterns.projects, keyPatterns.generatorRecords]),
        // Settings that people change, and runs that they stop.
        permissionForKeys(bucket, ['s3:PutObject'], [keyPatterns.projectRecords, keyPatterns.runRecords]),
        { actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes'], resources: [events.queue.queueArn] },
        ...workflow.workPermissions,
        { actions: ['secretsmanager:GetSecretValue'], resources: [secrets.accessKey.secretArn] },
      ],
      seconds: 29,
      memory: 1024,
    })
    const integration = new HttpLambdaIntegration('Integration', this.edge.function)
    const ownDomain =
      domain === undefined || certificateArn === undefined
        ? undefined
        : new DomainName(this, 'Domain', {
            domainName: domain,
            certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
          })
    this.api = new HttpApi(this, 'Api', {
      description: 'Sixteen',
      createDefaultStage: false,
      defaultIntegration: integration,
      disableExecuteApiEndpoint: ownDomain !== undefined,
    })
    const stage = this.api.addStage('Stage', {
      stageName: '$default',
      autoDeploy: true,
      throttle,
      ...(ownDomain === undefined ? {} : { domainMapping: { domainName: ownDomain } }),
    })
    this.logRequests(stage.node.defaultChild)
    this.domainTarget = ownDomain?.regionalDomainName
    this.url = domain === undefined ? this.api.apiEndpoint : `https://${domain}`
    acknowledge(this.api, {
      APIG4:
        'the app checks its access key itself: Label Studio can only send it in the path or as basic authentication',
    })
  }

  private logRequests(stage: unknown): void {
    if (!(stage instanceof CfnStage)) throw new TypeError('the stage of the API is not where it was')
    const log = new LogGroup(this, 'RequestLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    // Without the path: access keys of projects stand in it.
    const fields = [
      'requestId',
      'requestTime',
      'httpMethod',
      'status',
      'responseLength',
      'integrationLatency',
      'integrationErrorMessage',
    ]
    stage.accessLogSettings = {
      destinationArn: log.logGroupArn,
      format: JSON.stringify(Object.fromEntries(fields.map((field) => [field, `$context.${field}`]))),
    }
  }

  /** Time that the app takes to answer. */
  get latency() {
    return this.api.metricLatency({ statistic: 'p99', period: Duration.minutes(5) })
  }
}
