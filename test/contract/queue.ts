import { describe } from 'vitest'
import type { Queue } from '../../integrations/queue/index.ts'
import type { QueuePromises } from '../../integrations/queue/promises.ts'
import type { ManualClock } from '../support/manualClock.ts'
import { describeDeliveries } from './queueDeliveries.ts'
import { describeRefusals } from './queueRefusals.ts'
import { useQueue } from './queueUnderTest.ts'
import { describeWaiting } from './queueWaiting.ts'

export { drain } from './queueUnderTest.ts'

export interface QueueContract {
  readonly name: string
  /** What the driver declares. */
  readonly promises: QueuePromises
  /** Opens an empty queue that lives by this clock, a new one each time. */
  open(clock: ManualClock): Promise<Queue>
}

/** What every driver of `Queue` must do. */
export function describeQueue({ name, promises, open }: QueueContract): void {
  describe(`the ${name} queue`, () => {
    const queue = useQueue(open)
    describeDeliveries(queue, promises)
    describeWaiting(queue)
    describeRefusals(queue)
  })
}
