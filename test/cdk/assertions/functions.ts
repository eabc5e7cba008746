import { Match, type Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { named, plain } from '../support/plain.ts'
import { certificateArn } from '../support/synthesize.ts'

export function assertFunctions(standard: () => Template, withDomain: () => Template): void {
  test('functions run on Node 24 and arm64', () => {
    expect(Object.keys(standard().findResources('AWS::Lambda::Function')).map(named).sort()).toEqual([
      'EdgeAppFunction',
      'ReactorFunction',
      'ReactorTimerFunction',
      'WorkflowStepsFunction',
    ])
    standard().allResourcesProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x', Architectures: ['arm64'] })
  })

  test('functions are told where things are, and no secret', () => {
    const environments = Object.entries(standard().findResources('AWS::Lambda::Function')).map(
      ([id, { Properties }]) => [
        named(id),
        Object.fromEntries(
          Object.entries(Properties.Environment.Variables).map(([name, value]) => [name, plain(value)]),
        ),
      ],
    )
    const shared = { SIXTEEN_BUCKET: '<DataBucket>', SIXTEEN_QUEUE_URL: '<EventsQueue>' }
    expect(Object.fromEntries(environments)).toEqual({
      EdgeAppFunction: {
        ...shared,
        SIXTEEN_STATE_MACHINE: '<WorkflowStateMachine>',
        SIXTEEN_ACCESS_KEY_SECRET: '<SecretsAccessKey>',
      },
      ReactorFunction: {
        ...shared,
        SIXTEEN_STATE_MACHINE: '<WorkflowStateMachine>',
        SIXTEEN_LABEL_STUDIO_TOKEN_SECRET: '<SecretsLabelStudioToken>',
        LABEL_STUDIO_URL: 'https://labels.example.org',
      },
      ReactorTimerFunction: shared,
      WorkflowStepsFunction: { ...shared, SIXTEEN_LARGEST_ARRAY: '4' },
    })
  })

  test('logs end: a month of what programs say, a week of refused packets', () => {
    const groups = Object.entries(standard().findResources('AWS::Logs::LogGroup'))
    const days = Object.fromEntries(groups.map(([id, { Properties }]) => [named(id), Properties.RetentionInDays]))
    expect(days).toEqual({
      EdgeAppLog: 30,
      EdgeRequestLog: 30,
      FleetLog: 30,
      NetworkFlowLog: 7,
      ReactorLog: 30,
      ReactorTimerLog: 30,
      WorkflowLog: 30,
      WorkflowStepsLog: 30,
    })
    for (const { Properties } of Object.values(standard().findResources('AWS::Lambda::Function')))
      expect(plain(Properties.LoggingConfig.LogGroup)).toMatch(/^<.*Log>$/)
  })

  test('a flood of requests is held back', () => {
    standard().hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    })
  })

  test('requests are noted down without their paths, in which keys of projects stand', () => {
    const [stage] = Object.values(standard().findResources('AWS::ApiGatewayV2::Stage'))
    const format = JSON.parse(stage?.Properties.AccessLogSettings.Format)
    expect(format).toEqual({
      requestId: '$context.requestId',
      requestTime: '$context.requestTime',
      httpMethod: '$context.httpMethod',
      status: '$context.status',
      responseLength: '$context.responseLength',
      integrationLatency: '$context.integrationLatency',
      integrationErrorMessage: '$context.integrationErrorMessage',
    })
  })

  test('every path goes to the app, which is given up before the API is', () => {
    standard().hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default', AuthorizationType: 'NONE' })
    const edge = Object.entries(standard().findResources('AWS::Lambda::Function')).find(
      ([id]) => named(id) === 'EdgeAppFunction',
    )
    // An HTTP API waits for 30 seconds.
    expect(edge?.[1].Properties.Timeout).toBeLessThan(30)
  })

  test('an own domain closes the address that AWS gives', () => {
    withDomain().hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'sixteen.example.org',
      DomainNameConfigurations: [Match.objectLike({ CertificateArn: certificateArn, EndpointType: 'REGIONAL' })],
    })
    withDomain().hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { Stage: Match.anyValue() })
    withDomain().hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true })
    withDomain().hasOutput('BackendUrl', { Value: 'https://sixteen.example.org' })
    withDomain().hasOutput('DomainTarget', {})
    standard().hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: false })
  })

  test('of a batch of events only those come again that were not dealt with', () => {
    standard().hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    })
  })

  test('the queue is connected to the reactor only when that may read it', () => {
    const mappings = Object.values(standard().findResources('AWS::Lambda::EventSourceMapping'))
    const functions = Object.values(standard().findResources('AWS::Lambda::Function'))
    for (const { DependsOn } of [...mappings, ...functions])
      expect(DependsOn.map(named)).toContainEqual(expect.stringMatching(/RoleDefaultPolicy$/))
  })

  test('projects are looked at every 15 minutes, whatever webhooks tell', () => {
    standard().hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(15 minutes)',
      Targets: [Match.objectLike({ Input: '{}' })],
    })
  })
}
