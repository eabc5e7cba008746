import { Duration } from 'aws-cdk-lib'
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

/** Seconds that a reaction may take: the queue hands its messages out again after six times as long. */
export const reactionSeconds = 120

/** Events of projects in order, a group for each project, and those that could not be dealt with. */
export class EventQueue extends Construct {
  readonly queue: IQueue
  /** Events that nothing could be done with, however often they were tried. */
  readonly dead: IQueue

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const shared = {
      fifo: true,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    }
    this.dead = new Queue(this, 'Dead', shared)
    this.queue = new Queue(this, 'Queue', {
      ...shared,
      // Whoever paints saves often: what is said within these seconds is one look.
      deliveryDelay: Duration.seconds(5),
      visibilityTimeout: Duration.seconds(6 * reactionSeconds),
      // Each delay of a project that settles counts as a delivery: this is no limit of attempts, only of endless ones.
      deadLetterQueue: { queue: this.dead, maxReceiveCount: 1000 },
    })
  }
}
