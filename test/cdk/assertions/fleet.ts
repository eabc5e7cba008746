import { Match, type Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { named, plain } from '../support/plain.ts'

export function assertFleet(standard: () => Template): void {
  const environments = () =>
    Object.fromEntries(
      Object.entries(standard().findResources('AWS::Batch::ComputeEnvironment')).map(([id, { Properties }]) => [
        named(id),
        Properties.ComputeResources,
      ]),
    )

  test('no GPU instance is there while nothing is to be done', () => {
    const { FleetFargate, ...machines } = environments()
    expect(Object.keys(machines)).toEqual(['FleetMachinesSpot', 'FleetMachinesOnDemand'])
    for (const { MinvCpus } of Object.values(machines)) expect(MinvCpus).toBe(0)
    expect(FleetFargate).toMatchObject({ Type: 'FARGATE', MaxvCpus: 8 })
    for (const type of ['AWS::EC2::Instance', 'AWS::AutoScaling::AutoScalingGroup', 'AWS::ECS::Service'])
      standard().resourceCountIs(type, 0)
  })

  test('GPU instances are of the types that were asked for, and no others', () => {
    for (const name of ['FleetMachinesSpot', 'FleetMachinesOnDemand'])
      expect(environments()[name].InstanceTypes).toEqual(['g5.xlarge', 'g4dn.xlarge'])
  })

  test('three quarters of the instances are spot ones, which are tried first', () => {
    expect(environments()).toMatchObject({
      FleetMachinesSpot: { Type: 'SPOT', AllocationStrategy: 'SPOT_PRICE_CAPACITY_OPTIMIZED', MaxvCpus: 12 },
      FleetMachinesOnDemand: { Type: 'EC2', AllocationStrategy: 'BEST_FIT_PROGRESSIVE', MaxvCpus: 4 },
    })
    const [gpu] = Object.entries(standard().findResources('AWS::Batch::JobQueue')).filter(
      ([id]) => named(id) === 'FleetGpuQueue',
    )
    expect(
      gpu?.[1].Properties.ComputeEnvironmentOrder.map(
        ({ ComputeEnvironment, Order }: { ComputeEnvironment: unknown; Order: number }) => [
          Order,
          plain(ComputeEnvironment),
        ],
      ),
    ).toEqual([
      [1, '<FleetMachinesSpot.ComputeEnvironmentArn>'],
      [2, '<FleetMachinesOnDemand.ComputeEnvironmentArn>'],
    ])
  })

  test('machines have NVIDIA’s driver, and start from the newest version of their template', () => {
    for (const name of ['FleetMachinesSpot', 'FleetMachinesOnDemand']) {
      expect(environments()[name].Ec2Configuration).toEqual([{ ImageType: 'ECS_AL2023_NVIDIA' }])
      expect(plain(environments()[name].LaunchTemplate.Version)).toBe('<FleetMachinesMachine.LatestVersionNumber>')
    }
  })

  test('machines have room for the image on an encrypted disk, and give credentials by IMDSv2 alone', () => {
    standard().hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeSize: 60, VolumeType: 'gp3' } }],
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      },
    })
  })

  test('a job whose spot instance was taken away is tried again; what fails by itself is not', () => {
    standard().allResourcesProperties('AWS::Batch::JobDefinition', {
      RetryStrategy: {
        Attempts: Match.anyValue(),
        EvaluateOnExit: [
          { Action: 'RETRY', OnStatusReason: 'Host EC2*' },
          { Action: 'EXIT', OnReason: '*' },
        ],
      },
    })
    standard().hasResourceProperties('AWS::Batch::JobDefinition', {
      JobDefinitionName: 'Sixteen-Gpu',
      RetryStrategy: Match.objectLike({ Attempts: 5 }),
      Timeout: { AttemptDurationSeconds: 12 * 3600 },
    })
    standard().hasResourceProperties('AWS::Batch::JobDefinition', {
      JobDefinitionName: 'Sixteen-Cpu',
      RetryStrategy: Match.objectLike({ Attempts: 2 }),
      Timeout: { AttemptDurationSeconds: 6 * 3600 },
    })
  })

  test('a job that cannot get a machine is given up after half an hour', () => {
    const given = (Reason: string) => ({ Action: 'CANCEL', MaxTimeSeconds: 1800, Reason, State: 'RUNNABLE' })
    standard().allResourcesProperties('AWS::Batch::JobQueue', {
      JobStateTimeLimitActions: [
        given('CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY'),
        given('MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT'),
        given('MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE'),
      ],
    })
    standard().resourceCountIs('AWS::Batch::JobQueue', 2)
  })

  test('a GPU job takes one GPU of a machine of its own, as a user without rights', () => {
    standard().hasResourceProperties('AWS::Batch::JobDefinition', {
      JobDefinitionName: 'Sixteen-Gpu',
      PlatformCapabilities: ['EC2'],
      ContainerProperties: Match.objectLike({
        User: 'node',
        ResourceRequirements: [
          { Type: 'MEMORY', Value: '14336' },
          { Type: 'VCPU', Value: '4' },
          { Type: 'GPU', Value: '1' },
        ],
      }),
    })
  })

  test('containers find their store, their device and, as a secret, their token', () => {
    for (const { Properties } of Object.values(standard().findResources('AWS::Batch::JobDefinition'))) {
      const { Environment, Secrets, Image } = Properties.ContainerProperties
      const told = Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, plain(Value)])
      expect(Object.fromEntries(told)).toEqual({
        SIXTEEN_STORE: 's3://<DataBucket>',
        LABEL_STUDIO_URL: 'https://labels.example.org',
        SIXTEEN_DEVICE: Properties.JobDefinitionName === 'Sixteen-Gpu' ? 'cuda' : 'cpu',
      })
      expect(
        Secrets.map(({ Name, ValueFrom }: { Name: string; ValueFrom: unknown }) => [Name, plain(ValueFrom)]),
      ).toEqual([['LABEL_STUDIO_TOKEN', '<SecretsLabelStudioToken>']])
      expect(Image).toBe('example.org/sixteen:1')
    }
  })

  test('an update leaves the jobs of runs that are under way as they were', () => {
    standard().allResourcesProperties('AWS::Batch::JobDefinition', {
      ResourceRetentionPolicy: { SkipDeregisterOnUpdate: true },
    })
  })

  test('machines get out by themselves, without a gateway that costs money by the hour', () => {
    for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::EIP']) standard().resourceCountIs(type, 0)
    standard().resourceCountIs('AWS::EC2::VPCEndpoint', 1)
    const [endpoint] = Object.values(standard().findResources('AWS::EC2::VPCEndpoint'))
    expect(endpoint?.Properties.VpcEndpointType).toBe('Gateway')
    expect(plain(endpoint?.Properties.ServiceName)).toBe('com.amazonaws.<AWS::Region>.s3')
    standard().hasResourceProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: true })
  })

  test('nobody gets in', () => {
    standard().resourceCountIs('AWS::EC2::SecurityGroupIngress', 0)
    for (const { Properties } of Object.values(standard().findResources('AWS::EC2::SecurityGroup')))
      expect(Properties.SecurityGroupIngress).toBeUndefined()
  })

  test('refused packets are noted down', () => {
    standard().hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT' })
  })
}
