/** Looks at every project now and then. */
import { randomUUID } from 'node:crypto'
import { reconcileAll } from '../reactor/reconcileAll.ts'
import { openCloudQueue, openCloudStore } from './clients.ts'
import { CloudEnvironment, readEnvironment } from './environment.ts'
import { once } from './once.ts'

const TimerEnvironment = CloudEnvironment.pick({ SIXTEEN_BUCKET: true, SIXTEEN_QUEUE_URL: true })

const place = once(async () => {
  const environment = readEnvironment(TimerEnvironment, process.env)
  return Promise.all([openCloudStore(environment.SIXTEEN_BUCKET), openCloudQueue(environment.SIXTEEN_QUEUE_URL)])
})

export async function handler(): Promise<void> {
  const [store, queue] = await place()
  const times = { now: () => new Date(), newId: randomUUID }
  await reconcileAll(store, queue, (platform) => platform === 'label-studio', times)
}
