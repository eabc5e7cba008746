/**
 * A durable queue of events: what `send` has taken survives the process. Delivered at least once. The messages of a group
 * come in order, and one delivery of a group is under way at a time, so that no two workers react to one project at once.
 * The interface holds what a FIFO queue in the cloud can promise, and nothing more; where a driver promises otherwise, it
 * declares so (promises.ts).
 */

export interface Message {
  /** Messages of a group are delivered in order: the project's key. 1 to 128 letters, digits, `. _ -`. */
  readonly group: string
  /** A message whose id was sent in the last five minutes is taken and forgotten. 1 to 128 letters, digits, `. _ -`. */
  readonly id: string
  /** At most 4096 bytes as UTF-8. */
  readonly body: string
}

/** Messages of one group, handed to one worker. They come again when it neither ends nor delays them in time. */
export interface Delivery {
  readonly group: string
  /** In the order in which they were sent; at least one, and at most as many as the driver promises. */
  readonly bodies: readonly string[]
  /** How often the first of them has been delivered, this time included: 1 at first. */
  readonly attempt: number
  /** They are dealt with. Said too late, after the time of the delivery, it may not count. */
  done(): Promise<void>
  /** They come again after so many seconds (0 to 43,200), together with what was sent meanwhile. */
  later(seconds: number): Promise<void>
}

export interface QueueDepth {
  /** Messages that are not done, those under way and delayed included. */
  readonly messages: number
  /** Messages that were delivered too often, and are kept aside. */
  readonly dead: number
}

export interface Queue {
  /** Durable when it resolves. @throws QueueError */
  send(message: Message): Promise<void>
  /**
   * The next group that has messages and is not under way, if there is one; else waits for one, at most `waitSeconds`.
   * @param visibilitySeconds after which the delivery is taken for lost, and comes again
   */
  receive(options: {
    readonly visibilitySeconds: number
    readonly waitSeconds: number
    readonly signal?: AbortSignal
  }): Promise<Delivery | undefined>
  depth(): Promise<QueueDepth>
  close(): Promise<void>
}

/** A message that no queue takes, or a queue that does not answer. */
export class QueueError extends Error {
  override readonly name = 'QueueError'
}
