import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib'
import {
  Action,
  EcsEc2ContainerDefinition,
  EcsFargateContainerDefinition,
  EcsJobDefinition,
  FargateComputeEnvironment,
  type IComputeEnvironment,
  type IEcsContainerDefinition,
  JobQueue,
  JobStateTimeLimitActionsAction,
  JobStateTimeLimitActionsReason,
  JobStateTimeLimitActionsState,
  Reason,
  RetryStrategy,
  Secret,
} from 'aws-cdk-lib/aws-batch'
import { SubnetType } from 'aws-cdk-lib/aws-ec2'
import { type ContainerImage, LogDriver } from 'aws-cdk-lib/aws-ecs'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { type DeploymentOptions, vcpusOfMachine } from '../options.ts'
import type { AccessSecrets } from './accessSecrets.ts'
import { makeStartingRole, makeWorkerRole } from './containerRoles.ts'
import { GpuMachines } from './gpuMachines.ts'
import type { Network } from './network.ts'

export interface GpuFleetProps
  extends Pick<DeploymentOptions, 'instanceTypes' | 'maxVcpus' | 'spotShare' | 'labelStudioUrl'> {
  readonly bucket: IBucket
  readonly secrets: AccessSecrets
  readonly network: Network
  readonly image: ContainerImage
}

/** Where a job runs. */
export interface JobPlace {
  readonly queue: JobQueue
  readonly definition: EcsJobDefinition
  /** ARN of all revisions of the definition. */
  readonly revisions: string
}

/** A job that gets no machine for so long is given up, so that the next one gets its turn. */
const patience = Duration.minutes(30)

/**
 * Machines that are there only while jobs are: GPU instances, spot ones first, for what computes; Fargate for what only
 * reads and writes.
 */
export class GpuFleet extends Construct {
  readonly gpu: JobPlace
  readonly cpu: JobPlace

  constructor(scope: Construct, id: string, props: GpuFleetProps) {
    super(scope, id)
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const shared = {
      image: props.image,
      jobRole: makeWorkerRole(this, 'JobRole', props.bucket),
      executionRole: makeStartingRole(this, 'ExecutionRole'),
      logging: LogDriver.awsLogs({ logGroup, streamPrefix: 'job' }),
      secrets: { LABEL_STUDIO_TOKEN: Secret.fromSecretsManager(props.secrets.labelStudioToken) },
    }
    const environment = { SIXTEEN_STORE: `s3://${props.bucket.bucketName}`, LABEL_STUDIO_URL: props.labelStudioUrl }
    this.gpu = this.place(
      'Gpu',
      new GpuMachines(this, 'Machines', props).environments,
      new EcsEc2ContainerDefinition(this, 'GpuContainer', {
        ...shared,
        environment: { ...environment, SIXTEEN_DEVICE: 'cuda' },
        cpu: vcpusOfMachine,
        gpu: 1,
        memory: Size.gibibytes(14),
        user: 'node',
      }),
      { attempts: 5, timeout: Duration.hours(12) },
    )
    this.cpu = this.place(
      'Cpu',
      [this.fargate(props.network)],
      new EcsFargateContainerDefinition(this, 'CpuContainer', {
        ...shared,
        environment: { ...environment, SIXTEEN_DEVICE: 'cpu' },
        cpu: 2,
        memory: Size.gibibytes(8),
        assignPublicIp: true,
        ephemeralStorageSize: Size.gibibytes(30),
      }),
      { attempts: 2, timeout: Duration.hours(6) },
    )
  }

  /** ARNs of the jobs of this account. */
  get jobArns(): string {
    return Stack.of(this).formatArn({ service: 'batch', resource: 'job', resourceName: '*' })
  }

  private fargate({ vpc, outward }: Network): IComputeEnvironment {
    return new FargateComputeEnvironment(this, 'Fargate', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      securityGroups: [outward],
      maxvCpus: 8,
    })
  }

  private place(
    name: string,
    environments: readonly IComputeEnvironment[],
    container: IEcsContainerDefinition,
    { attempts, timeout }: { readonly attempts: number; readonly timeout: Duration },
  ): JobPlace {
    const reasons = [
      JobStateTimeLimitActionsReason.INSUFFICIENT_INSTANCE_CAPACITY,
      JobStateTimeLimitActionsReason.JOB_RESOURCE_REQUIREMENT,
      JobStateTimeLimitActionsReason.COMPUTE_ENVIRONMENT_MAX_RESOURCE,
    ]
    const queue = new JobQueue(this, `${name}Queue`, {
      computeEnvironments: environments.map((computeEnvironment, index) => ({ computeEnvironment, order: index + 1 })),
      jobStateTimeLimitActions: reasons.map((reason) => ({
        action: JobStateTimeLimitActionsAction.CANCEL,
        maxTime: patience,
        reason,
        state: JobStateTimeLimitActionsState.RUNNABLE,
      })),
    })
    const jobDefinitionName = `${Stack.of(this).stackName}-${name}`
    const definition = new EcsJobDefinition(this, `${name}Job`, {
      jobDefinitionName,
      container,
      retryAttempts: attempts,
      // Only where the machine was taken away another one is tried: what failed by itself would fail again.
      retryStrategies: [
        RetryStrategy.of(Action.RETRY, Reason.SPOT_INSTANCE_RECLAIMED),
        RetryStrategy.of(Action.EXIT, Reason.custom({ onReason: '*' })),
      ],
      timeout,
      propagateTags: true,
      // A run that is under way when an update comes still needs the one that it began with.
      skipDeregisterOnUpdate: true,
    })
    const revisions = Stack.of(this).formatArn({
      service: 'batch',
      resource: 'job-definition',
      resourceName: `${jobDefinitionName}:*`,
    })
    return { queue, definition, revisions }
  }
}
