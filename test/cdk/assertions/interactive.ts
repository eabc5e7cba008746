import { Match, type Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { plain } from '../support/plain.ts'
import { certificateArn } from '../support/synthesize.ts'

export function assertInteractive(inside: () => Template, scheduled: () => Template): void {
  const container = () => {
    const [task] = Object.values(inside().findResources('AWS::ECS::TaskDefinition'))
    return task?.Properties.ContainerDefinitions[0]
  }

  test('it is the program of one machine, on a GPU and with a bucket of its own', () => {
    expect(container()).toMatchObject({
      EntryPoint: ['node', 'cli/main.ts'],
      User: 'node',
      Image: 'example.org/sixteen:1',
      ResourceRequirements: [{ Type: 'GPU', Value: '1' }],
    })
    expect(container().Command.map(plain).join(' ')).toBe(
      'serve --host 0.0.0.0 --port 9090 --data /tmp/sixteen --store s3://<InteractiveDataBucket>',
    )
  })

  test('it finds its keys as secrets', () => {
    const secrets = container().Secrets.map(({ Name, ValueFrom }: { Name: string; ValueFrom: unknown }) => [
      Name,
      plain(ValueFrom),
    ])
    expect(Object.fromEntries(secrets)).toEqual({
      SIXTEEN_ACCESS_KEY: '<SecretsAccessKey>',
      LABEL_STUDIO_TOKEN: '<SecretsLabelStudioToken>',
    })
  })

  test('one server works on a store at a time', () => {
    inside().hasResourceProperties('AWS::ECS::Service', {
      DesiredCount: 1,
      DeploymentConfiguration: Match.objectLike({ MinimumHealthyPercent: 0, MaximumPercent: 100 }),
    })
  })

  test('without hours one machine runs always', () => {
    inside().hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', { MinSize: '1', MaxSize: '1' })
    inside().resourceCountIs('AWS::AutoScaling::ScheduledAction', 0)
  })

  test('with hours it is there between them, and costs nothing else', () => {
    scheduled().hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', { MinSize: '0', MaxSize: '1' })
    scheduled().hasResourceProperties('AWS::AutoScaling::ScheduledAction', {
      Recurrence: '0 7 * * *',
      DesiredCapacity: 1,
    })
    scheduled().hasResourceProperties('AWS::AutoScaling::ScheduledAction', {
      Recurrence: '0 0 * * *',
      DesiredCapacity: 0,
    })
  })

  test('machines have encrypted disks, IMDSv2 and nobody but the load balancer at the door', () => {
    inside().hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: Match.objectLike({
        InstanceType: 'g5.xlarge',
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        BlockDeviceMappings: [Match.objectLike({ Ebs: Match.objectLike({ Encrypted: true }) })],
      }),
    })
    const ingress = Object.values(inside().findResources('AWS::EC2::SecurityGroupIngress')).map(({ Properties }) =>
      [Properties.GroupId, Properties.SourceSecurityGroupId, Properties.FromPort, Properties.ToPort]
        .map(plain)
        .join(' '),
    )
    expect(ingress).toEqual(['<InteractiveMachine.GroupId> <InteractiveAccess.GroupId> 9090 9090'])
  })

  test('without a certificate it is reached inside the network alone', () => {
    inside().hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' })
    inside().hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 80, Protocol: 'HTTP' })
    inside().hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: [Match.objectLike({ CidrIp: '10.0.0.0/8', FromPort: 80, ToPort: 80 })],
    })
  })

  test('with one it is reached over TLS, from the addresses that were named', () => {
    scheduled().hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internet-facing' })
    scheduled().resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 1)
    scheduled().hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: certificateArn }],
      SslPolicy: Match.stringLikeRegexp('TLS13'),
    })
    scheduled().hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: [Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 })],
    })
  })

  test('its load balancer waits as long as Label Studio does, and notes every call down', () => {
    const [balancer] = Object.values(inside().findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'))
    const attributes = Object.fromEntries(
      balancer?.Properties.LoadBalancerAttributes.map(({ Key, Value }: { Key: string; Value: unknown }) => [
        Key,
        plain(Value),
      ]),
    )
    expect(Number(attributes['idle_timeout.timeout_seconds'])).toBeGreaterThan(100)
    expect(attributes).toMatchObject({
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': '<InteractiveDataAccessLog>',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
    })
  })
}
