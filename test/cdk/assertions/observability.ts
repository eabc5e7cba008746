import { Match, type Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { named, plain } from '../support/plain.ts'

export function assertObservability(standard: () => Template, withEmail: () => Template): void {
  test('alarms tell of dead events, failed work and failing functions', () => {
    const alarms = Object.entries(standard().findResources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => {
      const { Namespace, MetricName, Dimensions, Threshold, AlarmActions } = Properties
      expect(AlarmActions.map(plain)).toEqual(['<ObservabilityAlarms>'])
      expect(Threshold).toBe(1)
      return [named(id).slice('Observability'.length), `${Namespace} ${MetricName} ${plain(Dimensions[0].Value)}`]
    })
    expect(Object.fromEntries(alarms)).toEqual({
      DeadEvents: 'AWS/SQS ApproximateNumberOfMessagesVisible <EventsDead.QueueName>',
      FailedWork: 'AWS/States ExecutionsFailed <WorkflowStateMachine>',
      ReactorErrors: 'AWS/Lambda Errors <ReactorFunction>',
      TimerErrors: 'AWS/Lambda Errors <ReactorTimerFunction>',
      EdgeErrors: 'AWS/ApiGateway 5xx <EdgeApi>',
    })
    standard().allResourcesProperties('AWS::CloudWatch::Alarm', {
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    })
  })

  test('jobs that wait for a machine in vain are told of', () => {
    const [rule] = Object.values(
      standard().findResources('AWS::Events::Rule', { Properties: { EventPattern: Match.anyValue() } }),
    )
    const { source, detail, 'detail-type': kind } = rule?.Properties.EventPattern ?? {}
    expect({ source, kind, queues: detail.jobQueue.map(plain) }).toEqual({
      source: ['aws.batch'],
      kind: ['Batch Job Queue Blocked'],
      queues: ['<FleetGpuQueue.JobQueueArn>', '<FleetCpuQueue.JobQueueArn>'],
    })
    expect(rule?.Properties.Targets.map(({ Arn }: { Arn: unknown }) => plain(Arn))).toEqual(['<ObservabilityAlarms>'])
  })

  test('spending is told of before the month’s budget is gone', () => {
    standard().hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 50, Unit: 'USD' } },
      NotificationsWithSubscribers: [
        Match.objectLike({ Notification: Match.objectLike({ NotificationType: 'ACTUAL', Threshold: 80 }) }),
        Match.objectLike({ Notification: Match.objectLike({ NotificationType: 'FORECASTED', Threshold: 100 }) }),
      ],
    })
  })

  test('whoever tells may: a topic with a policy lets in nobody else', () => {
    const [policy] = Object.values(standard().findResources('AWS::SNS::TopicPolicy'))
    const statements: readonly { Effect: string; Principal: unknown; Action: string; Condition?: unknown }[] =
      policy?.Properties.PolicyDocument.Statement
    expect(statements.map(({ Effect, Principal, Action }) => [Effect, JSON.stringify(Principal), Action])).toEqual([
      ['Deny', '"*"', 'sns:Publish'],
      ['Allow', '{"Service":"cloudwatch.amazonaws.com"}', 'sns:Publish'],
      ['Allow', '{"Service":"budgets.amazonaws.com"}', 'sns:Publish'],
      ['Allow', '{"Service":"events.amazonaws.com"}', 'sns:Publish'],
    ])
    expect(statements[0]?.Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } })
  })

  test('alarms and the budget go to an address, where one is given', () => {
    standard().resourceCountIs('AWS::SNS::Subscription', 0)
    withEmail().hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.org' })
    withEmail().hasResourceProperties('AWS::Budgets::Budget', {
      Budget: Match.objectLike({ BudgetLimit: { Amount: 200, Unit: 'USD' } }),
      NotificationsWithSubscribers: Match.arrayWith([
        Match.objectLike({ Subscribers: [{ SubscriptionType: 'EMAIL', Address: 'ops@example.org' }] }),
      ]),
    })
  })

  test('one page shows runs, events, requests and functions', () => {
    const [page] = Object.values(standard().findResources('AWS::CloudWatch::Dashboard'))
    const { widgets } = JSON.parse(plain(page?.Properties.DashboardBody))
    const titles = widgets.map(({ properties }: { properties: { title?: string } }) => properties.title)
    expect(titles).toEqual([
      undefined,
      'Runs',
      'Finished and failed work',
      'Events that came, and looks at projects',
      'Events waiting',
      'Web app',
      'Functions: milliseconds',
      'Functions: errors',
    ])
  })
}
