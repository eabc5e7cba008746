/** The deployment as a template. All of it is in one file, since each process that loads the construct library needs seconds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, test } from 'vitest'
import { AccessSecrets } from '../../cdk/constructs/accessSecrets.ts'
import { DataBucket } from '../../cdk/constructs/dataBucket.ts'
import { GpuFleet } from '../../cdk/constructs/gpuFleet.ts'
import { machineShares } from '../../cdk/constructs/gpuMachines.ts'
import { containerImage } from '../../cdk/constructs/image.ts'
import { Network } from '../../cdk/constructs/network.ts'
import { madeOf } from '../../scripts/cost/idle.ts'
import { assertFleet } from './assertions/fleet.ts'
import { assertFunctions } from './assertions/functions.ts'
import { assertInteractive } from './assertions/interactive.ts'
import { assertObservability } from './assertions/observability.ts'
import { assertRoles, permissionsByRole } from './assertions/roles.ts'
import { assertStorage } from './assertions/storage.ts'
import { assertWorkflow } from './assertions/workflow.ts'
import { once } from './support/once.ts'
import { plain } from './support/plain.ts'
import { certificateArn, labelStudioUrl, synthesize } from './support/synthesize.ts'

const standard = once(() => synthesize())
/** With all that can be added: inside the network, and running always. */
const interactive = once(() => synthesize({ interactive: 'true' }))
const full = once(() =>
  synthesize({
    interactive: 'true',
    interactiveFrom: '7',
    interactiveUntil: '24',
    interactiveCidr: '0.0.0.0/0',
    certificateArn,
    domain: 'sixteen.example.org',
    alarmEmail: 'ops@example.org',
    budget: '200',
    destroyData: 'true',
    defaults: '{"generator":"faces"}',
  }),
)

describe('storage, queues and secrets', () =>
  assertStorage(
    standard,
    once(() => synthesize({ destroyData: true })),
  ))
describe('functions', () => assertFunctions(standard, full))
describe('roles', () => assertRoles(standard, interactive))
describe('machines', () => assertFleet(standard))
describe('workflow', () => assertWorkflow(standard))
describe('observability', () => assertObservability(standard, full))
describe('the interactive service', () => assertInteractive(interactive, full))

describe('variants', () => {
  test('without spot instances all are bought on demand', () => {
    const template = synthesize({ spotShare: '0' })
    template.resourcePropertiesCountIs('AWS::Batch::ComputeEnvironment', { ComputeResources: { Type: 'SPOT' } }, 0)
    template.hasResourceProperties('AWS::Batch::ComputeEnvironment', {
      ComputeResources: { Type: 'EC2', MaxvCpus: 16 },
    })
  })

  test('with spot instances alone none is bought on demand', () => {
    const template = synthesize({ spotShare: '1', instanceTypes: 'g6.xlarge, g6e.xlarge' })
    template.resourcePropertiesCountIs('AWS::Batch::ComputeEnvironment', { ComputeResources: { Type: 'EC2' } }, 0)
    template.hasResourceProperties('AWS::Batch::ComputeEnvironment', {
      ComputeResources: { Type: 'SPOT', MaxvCpus: 16, InstanceTypes: ['g6.xlarge', 'g6e.xlarge'] },
    })
  })

  test.for([
    [16, 0.75, 12, 4],
    [4, 0.75, 4, 0],
    [4, 0.25, 0, 4],
    [8, 0.5, 4, 4],
    [12, 0.5, 8, 4],
  ] as const)(
    '%i vCPUs with a spot share of %d are whole machines: %i and %i',
    ([maxVcpus, spotShare, spot, onDemand]) => {
      expect(machineShares({ maxVcpus, spotShare })).toEqual({ spot, onDemand })
    },
  )

  test('settings of new projects reach the reactor', () => {
    const settings = { Variables: { SIXTEEN_DEFAULTS: '{"generator":"faces","settings":{},"life":{}}' } }
    full().hasResourceProperties('AWS::Lambda::Function', { Environment: settings })
  })

  test('two stacks in one account get in each other’s way nowhere', () => {
    const template = synthesize({ stackName: 'Second' })
    template.hasResourceProperties('AWS::Batch::JobDefinition', { JobDefinitionName: 'Second-Gpu' })
    template.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: '/aws/vendedlogs/states/Second' })
  })

  test('an image that is built here may be pulled by what starts containers, from this account’s registry', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sixteen-image-'))
    try {
      writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n')
      const lines = permissionsByRole(fleetWith(folder)).FleetExecutionRole?.filter((line) => line.startsWith('ecr:'))
      const repository = 'cdk-hnb659fds-container-assets-<AWS::AccountId>-<AWS::Region>'
      expect(lines).toEqual(
        pullingFrom(`arn:<AWS::Partition>:ecr:<AWS::Region>:<AWS::AccountId>:repository/${repository}`),
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test.for([':1.0', `@sha256:${'0'.repeat(64)}`])(
    'an image in a private registry of AWS (%s) may be pulled',
    (which) => {
      const image = `210987654321.dkr.ecr.eu-west-1.amazonaws.com/tools/sixteen${which}`
      const template = synthesize({ image })
      expect(permissionsByRole(template).FleetExecutionRole?.filter((line) => line.startsWith('ecr:'))).toEqual(
        pullingFrom('arn:<AWS::Partition>:ecr:eu-west-1:210987654321:repository/tools/sixteen'),
      )
      const [job] = Object.values(template.findResources('AWS::Batch::JobDefinition'))
      expect(plain(job?.Properties.ContainerProperties.Image)).toBe(image.replace('amazonaws.com', '<AWS::URLSuffix>'))
    },
  )

  test('what docs/cost.md counts is what is made', () => {
    expect(madeOf).toEqual({
      secrets: Object.keys(standard().findResources('AWS::SecretsManager::Secret')).length,
      alarms: Object.keys(standard().findResources('AWS::CloudWatch::Alarm')).length,
      dashboards: Object.keys(standard().findResources('AWS::CloudWatch::Dashboard')).length,
    })
  })

  test('the template is what was looked over', () => {
    const text = JSON.stringify(standard().toJSON(), undefined, 2).replaceAll(/[0-9a-f]{64}/g, '<hash>')
    expect(text).toMatchSnapshot()
  })
})

const pullingFrom = (repository: string): string[] =>
  [
    ...['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'].map(
      (action) => `ecr:${action} ${repository}`,
    ),
    'ecr:GetAuthorizationToken *',
  ].sort()

/** Machines with an image that is built from a folder; cdk-nag looks on. */
function fleetWith(folder: string): Template {
  const app = new App({ context: { 'aws:cdk:disable-asset-staging': true }, outdir: join(folder, 'out') })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const stack = new Stack(app, 'Sixteen')
  new GpuFleet(stack, 'Fleet', {
    instanceTypes: ['g5.xlarge'],
    maxVcpus: 4,
    spotShare: 0,
    labelStudioUrl,
    bucket: new DataBucket(stack, 'Data', { keep: true }).bucket,
    secrets: new AccessSecrets(stack, 'Secrets'),
    network: new Network(stack, 'Network'),
    image: containerImage(stack, undefined, folder),
  })
  return Template.fromStack(stack)
}
