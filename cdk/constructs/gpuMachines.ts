import {
  AllocationStrategy,
  CfnComputeEnvironment,
  EcsMachineImageType,
  type IComputeEnvironment,
  ManagedEc2EcsComputeEnvironment,
} from 'aws-cdk-lib/aws-batch'
import {
  type BlockDevice,
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2'
import { Construct } from 'constructs'
import { acknowledgeManagedPolicy } from '../acknowledge.ts'
import { type DeploymentOptions, vcpusOfMachine } from '../options.ts'
import type { Network } from './network.ts'

export interface GpuMachinesProps extends Pick<DeploymentOptions, 'instanceTypes' | 'maxVcpus' | 'spotShare'> {
  readonly network: Network
}

/** Of each machine: the image with CUDA takes 8 GB, a run's objects pass through the rest. */
export const rootVolume: BlockDevice = {
  deviceName: '/dev/xvda',
  volume: BlockDeviceVolume.ebs(60, { volumeType: EbsDeviceVolumeType.GP3, encrypted: true }),
}

/** GPU instances that are there only while jobs are: spot ones first, on-demand ones for the rest. */
export class GpuMachines extends Construct {
  /** In the order in which they are tried. */
  readonly environments: readonly IComputeEnvironment[]

  constructor(scope: Construct, id: string, props: GpuMachinesProps) {
    super(scope, id)
    const template = new LaunchTemplate(this, 'Machine', {
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      blockDevices: [rootVolume],
    })
    const { spot, onDemand } = machineShares(props)
    this.environments = [
      ...(spot > 0
        ? [this.environment('Spot', spot, AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED, props, template)]
        : []),
      ...(onDemand > 0
        ? [this.environment('OnDemand', onDemand, AllocationStrategy.BEST_FIT_PROGRESSIVE, props, template)]
        : []),
    ]
  }

  private environment(
    name: string,
    maxvCpus: number,
    allocationStrategy: AllocationStrategy,
    { instanceTypes, network }: GpuMachinesProps,
    launchTemplate: LaunchTemplate,
  ): IComputeEnvironment {
    const environment = new ManagedEc2EcsComputeEnvironment(this, name, {
      vpc: network.vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      securityGroups: [network.outward],
      instanceTypes: instanceTypes.map((type) => new InstanceType(type)),
      // Left out, machines without a GPU are added.
      useOptimalInstanceClasses: false,
      images: [{ imageType: EcsMachineImageType.ECS_AL2023_NVIDIA }],
      launchTemplate,
      minvCpus: 0,
      maxvCpus,
      spot: allocationStrategy === AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
      allocationStrategy,
    })
    const resource = environment.node.defaultChild
    if (!(resource instanceof CfnComputeEnvironment))
      throw new TypeError(`${name}: the compute environment is not where it was`)
    // Without a version, changes of the template would never reach a machine.
    resource.addPropertyOverride('ComputeResources.LaunchTemplate.Version', launchTemplate.latestVersionNumber)
    acknowledgeManagedPolicy(
      environment,
      'service-role/AmazonEC2ContainerServiceforEC2Role',
      'Batch names the cluster that its machines join itself, and AWS keeps this policy in step with their agent',
    )
    return environment
  }
}

/**
 * vCPUs of spot and of on-demand instances, in whole machines: a part of one would never hold a job.
 * @example machineShares({ maxVcpus: 16, spotShare: 0.75 }) // { spot: 12, onDemand: 4 }
 */
export function machineShares({ maxVcpus, spotShare }: Pick<DeploymentOptions, 'maxVcpus' | 'spotShare'>): {
  readonly spot: number
  readonly onDemand: number
} {
  const spot = vcpusOfMachine * Math.round((maxVcpus * spotShare) / vcpusOfMachine)
  return { spot, onDemand: maxVcpus - spot }
}
