import type { Queue } from '../../integrations/queue/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import type { Platform } from '../../schemas/project.ts'
import { listProjectNames } from '../projectNames.ts'
import { type MessageTimes, reconcileMessage } from './events.ts'

/**
 * Asks for a look at every project, for events that were lost: webhooks are not sent twice.
 * @param isServed whether projects of a platform are looked at here
 */
export async function reconcileAll(
  store: Store,
  queue: Pick<Queue, 'send'>,
  isServed: (platform: Platform) => boolean,
  times: MessageTimes,
): Promise<void> {
  for (const { platform, id } of await listProjectNames(store))
    if (isServed(platform)) await queue.send(reconcileMessage({ platform, project: id }, times))
}
