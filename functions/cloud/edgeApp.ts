/** The web app with what it works on in the cloud. */
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import { createApp } from '../edge/index.ts'
import { openCloudQueue, openCloudStore, openCloudWorkflow } from './clients.ts'
import { embeddedGenerator } from './embeddedGenerator.ts'
import { CloudEnvironment, EnvironmentError, readEnvironment } from './environment.ts'
import { lateStore, lateWorkflow } from './lateDrivers.ts'
import { logTo } from './log.ts'
import { once } from './once.ts'
import type { Secrets } from './secrets.ts'

const EdgeEnvironment = CloudEnvironment.pick({
  SIXTEEN_BUCKET: true,
  SIXTEEN_QUEUE_URL: true,
  SIXTEEN_STATE_MACHINE: true,
  SIXTEEN_ACCESS_KEY_SECRET: true,
})

type Answer = ReturnType<typeof handle>

/**
 * @param variables what the deployment tells; read with each request, so that what is missing is told in its log
 * @param secrets hold the access key; a new one counts after some minutes
 */
export function openEdgeHandler(
  variables: Readonly<Record<string, string | undefined>>,
  secrets: Secrets,
): (event: LambdaEvent, context?: LambdaContext) => Promise<unknown> {
  let made: { readonly key: string; readonly answer: Answer } | undefined
  const openQueue = once(() => openCloudQueue(readEnvironment(EdgeEnvironment, variables).SIXTEEN_QUEUE_URL))
  return async (event, context) => {
    const environment = readEnvironment(EdgeEnvironment, variables)
    const { SIXTEEN_ACCESS_KEY_SECRET: secret } = environment
    if (secret === undefined)
      throw new EnvironmentError('SIXTEEN_ACCESS_KEY_SECRET is not set: without a key anybody could call this app')
    const [key, queue] = await Promise.all([secrets.get(secret), openQueue()])
    if (made?.key !== key) {
      // Webhooks need neither.
      const store = lateStore(() => openCloudStore(environment.SIXTEEN_BUCKET))
      const workflow = lateWorkflow(() => openCloudWorkflow(store, environment.SIXTEEN_STATE_MACHINE))
      const log = logTo(process.stdout, () => new Date())
      // An answer leaves Lambda as a whole, so that pages ask again instead of listening.
      const options = { streams: false, log, defaultGenerator: embeddedGenerator }
      made = { key, answer: handle(createApp({ store, queue, workflow, accessKey: key, ...options })) }
    }
    return made.answer(event, context)
  }
}
