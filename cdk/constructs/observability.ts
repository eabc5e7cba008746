import { Duration, Stack } from 'aws-cdk-lib'
import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TextWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Rule } from 'aws-cdk-lib/aws-events'
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets'
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { DeploymentOptions } from '../options.ts'
import type { EdgeApi } from './edgeApi.ts'
import type { EventQueue } from './eventQueue.ts'
import type { FactoryWorkflow } from './factoryWorkflow.ts'
import type { GpuFleet } from './gpuFleet.ts'
import type { Reactor } from './reactor.ts'

export interface ObservabilityProps extends Pick<DeploymentOptions, 'alarmEmail' | 'budget'> {
  readonly events: EventQueue
  readonly fleet: GpuFleet
  readonly workflow: FactoryWorkflow
  readonly edge: EdgeApi
  readonly reactor: Reactor
}

/** What a person wants to be woken for, and one page to look at. */
export class Observability extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id)
    this.topic = new Topic(this, 'Alarms', { displayName: 'Sixteen', enforceSSL: true })
    if (props.alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(props.alarmEmail))
    // Without a word for them, alarms and budgets are refused silently once the topic has a policy.
    for (const service of ['cloudwatch', 'budgets']) this.admit(service)
    const { events, workflow, edge, reactor } = props
    const dead = events.dead.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'max' })
    this.alarm('DeadEvents', dead, 'Events of projects could not be dealt with: see the log of the reactor')
    this.alarm(
      'FailedWork',
      workflow.stateMachine.metricFailed(),
      'A run or the making of seeds failed: its record says why',
    )
    this.alarm('ReactorErrors', reactor.reactor.function.metricErrors(), 'The reactor fails: see its log')
    this.alarm(
      'TimerErrors',
      reactor.timer.function.metricErrors(),
      'Events that were lost are not made up for: see the log',
    )
    this.alarm('EdgeErrors', edge.api.metricServerError(), 'The web app fails: see its log')
    this.watchQueues(props.fleet)
    this.watchSpending(props)
    this.dashboard(props, dead)
  }

  private alarm(name: string, metric: IMetric, alarmDescription: string): void {
    const alarm = new Alarm(this, name, {
      metric,
      alarmDescription,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(new SnsAction(this.topic))
  }

  private admit(service: string): void {
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
  }

  /** A job that waits for a machine that never comes blocks all behind it; Batch says so by an event. */
  private watchQueues({ gpu, cpu }: GpuFleet): void {
    new Rule(this, 'StuckRunnable', {
      description: 'A job of Sixteen waits for a machine that does not come: is there a quota for the instance types?',
      eventPattern: {
        source: ['aws.batch'],
        detailType: ['Batch Job Queue Blocked'],
        detail: { jobQueue: [gpu.queue.jobQueueArn, cpu.queue.jobQueueArn] },
      },
      targets: [new SnsTopic(this.topic)],
    })
  }

  private watchSpending({ budget, alarmEmail }: ObservabilityProps): void {
    const subscribers =
      alarmEmail === undefined
        ? [{ subscriptionType: 'SNS', address: this.topic.topicArn }]
        : [{ subscriptionType: 'EMAIL', address: alarmEmail }]
    const notice = (threshold: number, notificationType: 'ACTUAL' | 'FORECASTED') => ({
      notification: { comparisonOperator: 'GREATER_THAN', notificationType, threshold, thresholdType: 'PERCENTAGE' },
      subscribers,
    })
    new CfnBudget(this, 'Budget', {
      budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: budget, unit: 'USD' } },
      notificationsWithSubscribers: [notice(80, 'ACTUAL'), notice(100, 'FORECASTED')],
    })
  }

  private dashboard({ events, workflow, edge, reactor }: ObservabilityProps, dead: IMetric): void {
    const own = (metricName: string, kind: string) =>
      new Metric({
        namespace: 'Sixteen',
        metricName,
        dimensionsMap: { kind },
        statistic: 'sum',
        period: Duration.hours(1),
      })
    const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
      new GraphWidget({ title, left, right, width: 12 })
    const { queue } = events
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [new TextWidget({ markdown: '# Sixteen\nAnnotations in, labelled images out.', width: 24, height: 2 })],
        [
          graph('Runs', [
            workflow.stateMachine.metricStarted(),
            workflow.stateMachine.metricSucceeded(),
            workflow.stateMachine.metricFailed(),
          ]),
          graph('Finished and failed work', [
            own('FinishedWork', 'run'),
            own('FinishedWork', 'seeds'),
            own('FailedWork', 'run'),
            own('FailedWork', 'seeds'),
          ]),
        ],
        [
          graph('Events that came, and looks at projects', [own('Events', 'reactor'), own('Looks', 'reactor')]),
          graph(
            'Events waiting',
            [queue.metricApproximateNumberOfMessagesVisible(), dead],
            [queue.metricApproximateAgeOfOldestMessage()],
          ),
        ],
        [
          graph(
            'Web app',
            [edge.api.metricCount(), edge.api.metricClientError(), edge.api.metricServerError()],
            [edge.latency],
          ),
          graph('Functions: milliseconds', [
            edge.edge.function.metricDuration(),
            reactor.reactor.function.metricDuration(),
          ]),
        ],
        [
          graph('Functions: errors', [
            edge.edge.function.metricErrors(),
            reactor.reactor.function.metricErrors(),
            reactor.timer.function.metricErrors(),
          ]),
        ],
      ],
    })
  }
}
