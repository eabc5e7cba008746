import type { Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { named, plain } from '../support/plain.ts'

type Table = Readonly<Record<string, readonly string[]>>

const log = (group: string) => [`logs:CreateLogStream ${group}`, `logs:PutLogEvents ${group}`]
const executions = 'arn:<AWS::Partition>:states:eu-central-1:<AWS::AccountId>:execution:<WorkflowStateMachine.Name>:*'
const definitions = 'arn:<AWS::Partition>:batch:eu-central-1:<AWS::AccountId>:job-definition'

/** What each role may do, whole. */
const pipeline: Table = {
  EdgeAppRole: [
    ...log('<EdgeAppLog>'),
    's3:ListBucket <DataBucket>',
    's3:GetObject <DataBucket>/projects/*',
    's3:GetObject <DataBucket>/generators/*/generator.json',
    's3:PutObject <DataBucket>/projects/*/project.json',
    's3:PutObject <DataBucket>/projects/*/runs/*/run.json',
    'sqs:SendMessage <EventsQueue>',
    'sqs:GetQueueAttributes <EventsQueue>',
    'states:StartExecution <WorkflowStateMachine>',
    'states:ListExecutions <WorkflowStateMachine>',
    `states:DescribeExecution ${executions}`,
    `states:StopExecution ${executions}`,
    'secretsmanager:GetSecretValue <SecretsAccessKey>',
  ],
  ReactorRole: [
    ...log('<ReactorLog>'),
    's3:ListBucket <DataBucket>',
    's3:GetObject <DataBucket>/projects/*',
    's3:GetObject <DataBucket>/generators/*/generator.json',
    's3:PutObject <DataBucket>/projects/*',
    's3:DeleteObject <DataBucket>/projects/*/annotations/*',
    's3:DeleteObject <DataBucket>/projects/*/train-request.json',
    's3:DeleteObject <DataBucket>/projects/*/serving.json',
    'sqs:ChangeMessageVisibility <EventsQueue>',
    'sqs:DeleteMessage <EventsQueue>',
    'sqs:GetQueueAttributes <EventsQueue>',
    'sqs:ReceiveMessage <EventsQueue>',
    'sqs:SendMessage <EventsQueue>',
    'states:StartExecution <WorkflowStateMachine>',
    'states:ListExecutions <WorkflowStateMachine>',
    `states:DescribeExecution ${executions}`,
    `states:StopExecution ${executions}`,
    'secretsmanager:GetSecretValue <SecretsLabelStudioToken>',
  ],
  ReactorTimerRole: [
    ...log('<ReactorTimerLog>'),
    's3:ListBucket <DataBucket>',
    's3:GetObject <DataBucket>/projects/*/project.json',
    's3:GetObject <DataBucket>/projects/*/state.json',
    'sqs:SendMessage <EventsQueue>',
  ],
  WorkflowStepsRole: [
    ...log('<WorkflowStepsLog>'),
    's3:ListBucket <DataBucket>',
    's3:GetObject <DataBucket>/projects/*',
    's3:PutObject <DataBucket>/projects/*/runs/*/run.json',
    's3:PutObject <DataBucket>/projects/*/seeds.json',
    'sqs:SendMessage <EventsQueue>',
  ],
  WorkflowRole: [
    'lambda:InvokeFunction <WorkflowStepsFunction>',
    'batch:SubmitJob <FleetGpuQueue.JobQueueArn>',
    'batch:SubmitJob <FleetCpuQueue.JobQueueArn>',
    `batch:SubmitJob ${definitions}/Sixteen-Gpu:*`,
    `batch:SubmitJob ${definitions}/Sixteen-Cpu:*`,
    'batch:TerminateJob arn:<AWS::Partition>:batch:eu-central-1:<AWS::AccountId>:job/*',
    'batch:DescribeJobs *',
    ...['PutTargets', 'PutRule', 'DescribeRule'].map(
      (action) =>
        `events:${action} arn:<AWS::Partition>:events:eu-central-1:<AWS::AccountId>:rule/StepFunctionsGetEventsForBatchJobsRule`,
    ),
    'logs:CreateLogDelivery *',
    'logs:GetLogDelivery *',
    'logs:UpdateLogDelivery *',
    'logs:DeleteLogDelivery *',
    'logs:ListLogDeliveries *',
    'logs:PutResourcePolicy *',
    'logs:DescribeResourcePolicies *',
    'logs:DescribeLogGroups *',
    'xray:PutTraceSegments *',
    'xray:PutTelemetryRecords *',
    'xray:GetSamplingRules *',
    'xray:GetSamplingTargets *',
  ],
  FleetJobRole: [
    's3:ListBucket <DataBucket>',
    's3:GetObject <DataBucket>/projects/*',
    's3:GetObject <DataBucket>/generators/*',
    's3:DeleteObject <DataBucket>/projects/*',
    's3:PutObject <DataBucket>/projects/*',
  ],
  FleetExecutionRole: [
    ...log('<FleetLog>'),
    'secretsmanager:GetSecretValue <SecretsLabelStudioToken>',
    'secretsmanager:DescribeSecret <SecretsLabelStudioToken>',
  ],
  FleetMachinesSpotInstanceProfileRole: [],
  FleetMachinesOnDemandInstanceProfileRole: [],
  NetworkVpcrejectedIAMRole: [...log('<NetworkFlowLog>'), 'logs:DescribeLogStreams <NetworkFlowLog>'],
}

const interactive: Table = {
  InteractiveFleetRole: [
    'ecs:DeregisterContainerInstance <InteractiveCluster>',
    'ecs:RegisterContainerInstance <InteractiveCluster>',
    'ecs:Submit* <InteractiveCluster>',
    'ecs:Poll *',
    'ecs:StartTelemetrySession *',
    'ecs:DiscoverPollEndpoint *',
    'ecr:GetAuthorizationToken *',
    'logs:CreateLogStream *',
    'logs:PutLogEvents *',
  ],
  InteractiveTaskRole: [
    's3:ListBucket <InteractiveDataBucket>',
    's3:GetObject <InteractiveDataBucket>/projects/*',
    's3:GetObject <InteractiveDataBucket>/generators/*',
    's3:DeleteObject <InteractiveDataBucket>/projects/*',
    's3:PutObject <InteractiveDataBucket>/projects/*',
  ],
  InteractiveExecutionRole: [
    ...log('<InteractiveLog>'),
    'secretsmanager:GetSecretValue <SecretsAccessKey>',
    'secretsmanager:DescribeSecret <SecretsAccessKey>',
    'secretsmanager:GetSecretValue <SecretsLabelStudioToken>',
    'secretsmanager:DescribeSecret <SecretsLabelStudioToken>',
  ],
}

/** Policies that AWS keeps, by role. */
const managed: Table = {
  FleetMachinesSpotInstanceProfileRole: ['service-role/AmazonEC2ContainerServiceforEC2Role'],
  FleetMachinesOnDemandInstanceProfileRole: ['service-role/AmazonEC2ContainerServiceforEC2Role'],
}

export function assertRoles(standard: () => Template, withInteractive: () => Template): void {
  test('each role may do exactly what its work needs', () => {
    expect(permissionsByRole(standard())).toEqual(sorted(pipeline))
  })

  test('the interactive service adds three roles, and changes none', () => {
    expect(permissionsByRole(withInteractive())).toEqual(sorted({ ...pipeline, ...interactive }))
  })

  test('all that a role may do stands in policies of its own', () => {
    for (const { Properties } of Object.values(withInteractive().findResources('AWS::IAM::Role')))
      expect(Properties.Policies).toBeUndefined()
    expect(withInteractive().findResources('AWS::IAM::ManagedPolicy')).toEqual({})
  })

  test('no role has a managed policy, but machines that register themselves with a cluster', () => {
    const found = Object.entries(standard().findResources('AWS::IAM::Role')).flatMap(([id, { Properties }]) => {
      const policies: unknown = Properties.ManagedPolicyArns
      return Array.isArray(policies) ? [[named(id), policies.map((arn) => plain(arn).split(':policy/')[1])]] : []
    })
    expect(Object.fromEntries(found)).toEqual(managed)
  })
}

/** Each role's `action resource`, in order. */
export function permissionsByRole(template: Template): Record<string, readonly string[]> {
  const table: Record<string, string[]> = {}
  for (const id of Object.keys(template.findResources('AWS::IAM::Role'))) table[named(id)] = []
  for (const { Properties } of Object.values(template.findResources('AWS::IAM::Policy')))
    for (const { Effect, Action, Resource } of Properties.PolicyDocument.Statement)
      for (const role of Properties.Roles)
        for (const action of [Action].flat())
          for (const resource of [Resource].flat())
            table[named(role.Ref)]?.push(`${Effect === 'Allow' ? '' : `${Effect} `}${action} ${plain(resource)}`)
  return sorted(table)
}

const sorted = (table: Table): Record<string, readonly string[]> =>
  Object.fromEntries(Object.entries(table).map(([role, lines]) => [role, [...lines].sort()]))
