import { AutoScalingGroup, Schedule, UpdatePolicy } from 'aws-cdk-lib/aws-autoscaling'
import { InstanceType, type ISecurityGroup, LaunchTemplate, SubnetType, UserData } from 'aws-cdk-lib/aws-ec2'
import { AmiHardwareType, EcsOptimizedImage } from 'aws-cdk-lib/aws-ecs'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { acknowledge, acknowledgeWildcards } from '../acknowledge.ts'
import type { DeploymentOptions } from '../options.ts'
import { rootVolume } from './gpuMachines.ts'
import type { Network } from './network.ts'

export interface InteractiveMachinesProps
  extends Pick<DeploymentOptions, 'instanceTypes' | 'interactiveFrom' | 'interactiveUntil'> {
  readonly network: Network
  readonly securityGroup: ISecurityGroup
}

/** One GPU machine: always, or between two hours of the day. */
export class InteractiveMachines extends Construct {
  readonly group: AutoScalingGroup

  constructor(scope: Construct, id: string, props: InteractiveMachinesProps) {
    super(scope, id)
    const { interactiveFrom: from, interactiveUntil: until } = props
    const isScheduled = from !== undefined && until !== undefined
    this.group = new AutoScalingGroup(this, 'Machines', {
      vpc: props.network.vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      launchTemplate: this.launchTemplate(props),
      minCapacity: isScheduled ? 0 : 1,
      maxCapacity: 1,
      updatePolicy: UpdatePolicy.rollingUpdate(),
    })
    if (isScheduled)
      for (const [name, hour, desiredCapacity] of [['Begin', from, 1] as const, ['End', until, 0] as const])
        this.group.scaleOnSchedule(name, {
          schedule: Schedule.cron({ hour: String(hour % 24), minute: '0' }),
          desiredCapacity,
        })
    acknowledge(this.group, { AS3: 'one machine that comes and goes by its schedule: nobody waits for a word of it' })
  }

  private launchTemplate({ instanceTypes, securityGroup }: InteractiveMachinesProps): LaunchTemplate {
    const [type = 'g5.xlarge'] = instanceTypes
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') })
    // What the cluster lets its machines do.
    const agent = "ECS's agent registers its machine before there is a name for it; the cluster stands in a condition"
    acknowledgeWildcards(role, ['*'], agent)
    acknowledge(role, {
      'IAM5[Action::ecs:Submit*]': 'the three actions by which the agent tells what became of a task',
    })
    return new LaunchTemplate(this, 'Template', {
      instanceType: new InstanceType(type),
      machineImage: EcsOptimizedImage.amazonLinux2023(AmiHardwareType.GPU),
      userData: UserData.forLinux(),
      requireImdsv2: true,
      // Containers get a role of their own; that of the machine is out of their reach.
      httpPutResponseHopLimit: 1,
      associatePublicIpAddress: true,
      securityGroup,
      role,
      blockDevices: [rootVolume],
    })
  }
}
