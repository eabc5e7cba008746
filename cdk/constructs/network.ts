import { RemovalPolicy } from 'aws-cdk-lib'
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'

/**
 * Public subnets without a way in: instances reach registries and Label Studio themselves, and S3 through its gateway
 * endpoint. A NAT gateway would cost 32 dollars a month while nothing runs.
 */
export class Network extends Construct {
  readonly vpc: IVpc
  /** Lets out, and nobody in. */
  readonly outward: ISecurityGroup

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: 3,
      natGateways: 0,
      subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: true }],
      gatewayEndpoints: { s3: { service: GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        rejected: {
          trafficType: FlowLogTrafficType.REJECT,
          destination: FlowLogDestination.toCloudWatchLogs(
            new LogGroup(this, 'FlowLog', { retention: RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.DESTROY }),
          ),
        },
      },
    })
    this.vpc = vpc
    this.outward = new SecurityGroup(this, 'Outward', {
      vpc,
      allowAllOutbound: true,
      description: 'out, and nobody in',
    })
  }
}
