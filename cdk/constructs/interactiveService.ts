import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { type ISecurityGroup, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2'
import {
  AsgCapacityProvider,
  Cluster,
  type ContainerImage,
  ContainerInsights,
  Ec2Service,
  Ec2TaskDefinition,
  LogDriver,
  NetworkMode,
  Protocol,
  Secret,
} from 'aws-cdk-lib/aws-ecs'
import { ApplicationLoadBalancer, ApplicationProtocol, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentOptions } from '../options.ts'
import type { AccessSecrets } from './accessSecrets.ts'
import { makeStartingRole, makeWorkerRole } from './containerRoles.ts'
import { DataBucket } from './dataBucket.ts'
import { InteractiveMachines } from './interactiveMachines.ts'
import type { Network } from './network.ts'

export interface InteractiveServiceProps
  extends Pick<
    DeploymentOptions,
    | 'labelStudioUrl'
    | 'instanceTypes'
    | 'certificateArn'
    | 'interactiveCidr'
    | 'interactiveFrom'
    | 'interactiveUntil'
    | 'destroyData'
  > {
  readonly secrets: AccessSecrets
  readonly network: Network
  readonly image: ContainerImage
}

const port = 9090

/**
 * `sixteen serve` on one GPU machine behind a load balancer: edge, reactor and jobs in one process, for predictions without
 * a cold start. It has projects and a bucket of its own, and costs money by the hour; a schedule takes it to zero.
 */
export class InteractiveService extends Construct {
  readonly loadBalancer: ApplicationLoadBalancer

  constructor(scope: Construct, id: string, props: InteractiveServiceProps) {
    super(scope, id)
    const { vpc } = props.network
    const { bucket, log } = new DataBucket(this, 'Data', { keep: !props.destroyData })
    const group = (name: string, description: string) =>
      new SecurityGroup(this, name, { vpc, description, allowAllOutbound: true })
    const access = group('Access', 'who may call')
    const machine = group('Machine', 'calls through the load balancer alone')
    machine.addIngressRule(access, Port.tcp(port))
    this.loadBalancer = this.makeLoadBalancer(props, access, log)
    this.listen(props, access, this.makeService(props, machine, bucket))
  }

  private makeService(props: InteractiveServiceProps, securityGroup: ISecurityGroup, bucket: IBucket): Ec2Service {
    const cluster = new Cluster(this, 'Cluster', {
      vpc: props.network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    })
    const capacity = new AsgCapacityProvider(this, 'Capacity', {
      autoScalingGroup: new InteractiveMachines(this, 'Fleet', { ...props, securityGroup }).group,
      enableManagedTerminationProtection: false,
      enableManagedScaling: false,
      enableManagedDraining: true,
    })
    cluster.addAsgCapacityProvider(capacity)
    return new Ec2Service(this, 'Service', {
      cluster,
      taskDefinition: this.makeTask(props, bucket),
      desiredCount: 1,
      // One server at a time on one store: the old one ends before the new one begins.
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      capacityProviderStrategies: [{ capacityProvider: capacity.capacityProviderName, weight: 1 }],
    })
  }

  private makeTask({ image, labelStudioUrl, secrets }: InteractiveServiceProps, bucket: IBucket): Ec2TaskDefinition {
    const task = new Ec2TaskDefinition(this, 'Task', {
      networkMode: NetworkMode.BRIDGE,
      taskRole: makeWorkerRole(this, 'TaskRole', bucket),
      executionRole: makeStartingRole(this, 'ExecutionRole'),
    })
    const data = ['--data', '/tmp/sixteen', '--store', `s3://${bucket.bucketName}`]
    task.addContainer('server', {
      image,
      user: 'node',
      entryPoint: ['node', 'cli/main.ts'],
      command: ['serve', '--host', '0.0.0.0', '--port', String(port), ...data],
      environment: { LABEL_STUDIO_URL: labelStudioUrl, SIXTEEN_DEVICE: 'cuda' },
      secrets: {
        SIXTEEN_ACCESS_KEY: Secret.fromSecretsManager(secrets.accessKey),
        LABEL_STUDIO_TOKEN: Secret.fromSecretsManager(secrets.labelStudioToken),
      },
      gpuCount: 1,
      memoryReservationMiB: Size.gibibytes(12).toMebibytes(),
      portMappings: [{ containerPort: port, hostPort: port, protocol: Protocol.TCP }],
      logging: LogDriver.awsLogs({
        streamPrefix: 'serve',
        logGroup: new LogGroup(this, 'Log', {
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
      stopTimeout: Duration.seconds(110),
    })
    acknowledge(task, { ECS2: 'an address and the name of a device: what is secret comes from Secrets Manager' })
    return task
  }

  private makeLoadBalancer(
    { network, certificateArn }: InteractiveServiceProps,
    securityGroup: ISecurityGroup,
    log: IBucket,
  ): ApplicationLoadBalancer {
    const loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: network.vpc,
      internetFacing: certificateArn !== undefined,
      securityGroup,
      dropInvalidHeaderFields: true,
      idleTimeout: Duration.seconds(110),
    })
    loadBalancer.logAccessLogs(log, 'load-balancer')
    return loadBalancer
  }

  private listen(
    { certificateArn, interactiveCidr }: InteractiveServiceProps,
    access: ISecurityGroup,
    service: Ec2Service,
  ): void {
    const isSecure = certificateArn !== undefined
    const listener = this.loadBalancer.addListener('Calls', {
      open: false,
      ...(isSecure
        ? {
            port: 443,
            protocol: ApplicationProtocol.HTTPS,
            sslPolicy: SslPolicy.TLS13_RES,
            certificates: [Certificate.fromCertificateArn(this, 'Certificate', certificateArn)],
          }
        : { port: 80, protocol: ApplicationProtocol.HTTP }),
    })
    access.addIngressRule(Peer.ipv4(interactiveCidr), Port.tcp(isSecure ? 443 : 80))
    acknowledge(access, { EC23: 'the option interactiveCidr says who may call; the server asks everybody for its key' })
    listener.addTargets('Server', {
      port,
      protocol: ApplicationProtocol.HTTP,
      targets: [service.loadBalancerTarget({ containerName: 'server', containerPort: port })],
      healthCheck: { path: '/health', interval: Duration.seconds(15) },
      // Label Studio waits 100 seconds for predictions.
      deregistrationDelay: Duration.seconds(100),
    })
  }
}
