/** Looks at every project now and then, for events that were lost: webhooks are not sent twice. */
import { randomUUID } from 'node:crypto'
import type { Queue } from '../../integrations/queue/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import { listProjectNames } from '../projectNames.ts'
import { reconcileMessage } from '../reactor/events.ts'
import { openCloudQueue, openCloudStore } from './clients.ts'
import { CloudEnvironment, readEnvironment } from './environment.ts'

const TimerEnvironment = CloudEnvironment.pick({ SIXTEEN_BUCKET: true, SIXTEEN_QUEUE_URL: true })

/** @returns how many projects are to be looked at */
export async function reconcileAll(
  store: Store,
  queue: Queue,
  times: { readonly now: () => Date; readonly newId: () => string },
): Promise<number> {
  const names = (await listProjectNames(store)).filter(({ platform }) => platform !== 'local')
  for (const { platform, id } of names) await queue.send(reconcileMessage({ platform, project: id }, times))
  return names.length
}

export async function handler(): Promise<void> {
  const environment = readEnvironment(TimerEnvironment, process.env)
  const [store, queue] = await Promise.all([
    openCloudStore(environment.SIXTEEN_BUCKET),
    openCloudQueue(environment.SIXTEEN_QUEUE_URL),
  ])
  await reconcileAll(store, queue, { now: () => new Date(), newId: randomUUID })
}
