/** The reactor on Lambda, fed by the queue of events. */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { defaultPatience } from '../../integrations/aws/patience.ts'
import { openLabelStudioClient } from '../../integrations/label-studio/client.ts'
import { openLabelStudio } from '../../integrations/label-studio/platform.ts'
import type { BatchAnswer } from '../../integrations/queue/sqsBatch.ts'
import { delayMessages } from '../../integrations/queue/sqsMessages.ts'
import { defaultPublishingTimes } from '../publishing/place.ts'
import { openCloudQueue, openCloudSecrets, openCloudStore, openCloudWorkflow } from './clients.ts'
import { embeddedGenerator } from './embeddedGenerator.ts'
import { CloudEnvironment, EnvironmentError, readEnvironment } from './environment.ts'
import { countTo, logTo } from './log.ts'
import { type BatchPlace, reactToBatch } from './reactToBatch.ts'
import type { Secrets } from './secrets.ts'

const ReactorEnvironment = CloudEnvironment.pick({
  SIXTEEN_BUCKET: true,
  SIXTEEN_QUEUE_URL: true,
  SIXTEEN_STATE_MACHINE: true,
  SIXTEEN_LABEL_STUDIO_TOKEN_SECRET: true,
  LABEL_STUDIO_URL: true,
  SIXTEEN_DEFAULTS: true,
})

/** @param variables read with the first event */
export function openReactorHandler(
  variables: Readonly<Record<string, string | undefined>>,
  secrets: Secrets,
): (event: unknown) => Promise<BatchAnswer> {
  let made: { readonly token: string; readonly place: Promise<BatchPlace> } | undefined
  const make = async (token: string, environment: ReturnType<typeof ReactorEnvironment.parse>): Promise<BatchPlace> => {
    const { SIXTEEN_QUEUE_URL: queueUrl, LABEL_STUDIO_URL: address } = environment
    if (address === undefined) throw new EnvironmentError('LABEL_STUDIO_URL is not set: there is nothing to look at')
    const store = await openCloudStore(environment.SIXTEEN_BUCKET)
    const [queue, workflow, { SQSClient }] = await Promise.all([
      openCloudQueue(queueUrl),
      openCloudWorkflow(store, environment.SIXTEEN_STATE_MACHINE),
      import('@aws-sdk/client-sqs'),
    ])
    const labelStudio = openLabelStudio(openLabelStudioClient({ address, token }))
    const client = new SQSClient({})
    const now = () => new Date()
    return {
      queue,
      delay: (receipts, seconds) => delayMessages({ client, queueUrl, patience: defaultPatience }, receipts, seconds),
      count: countTo(process.stdout, now),
      context: {
        store,
        workflow,
        platformOf: (name) => (name === 'label-studio' ? labelStudio : undefined),
        defaultGenerator: embeddedGenerator,
        defaults: environment.SIXTEEN_DEFAULTS,
        times: defaultPublishingTimes,
        now,
        wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
        newId: randomUUID,
        log: logTo(process.stdout, now),
      },
    }
  }
  return async (event) => {
    const environment = readEnvironment(ReactorEnvironment, variables)
    const { SIXTEEN_LABEL_STUDIO_TOKEN_SECRET: secret } = environment
    if (secret === undefined)
      throw new EnvironmentError(
        'SIXTEEN_LABEL_STUDIO_TOKEN_SECRET is not set: Label Studio cannot be read without a token',
      )
    const token = await secrets.get(secret)
    if (made?.token !== token) {
      made = { token, place: make(token, environment) }
      // What failed is made again with the next event.
      made.place.catch(() => {
        made = undefined
      })
    }
    return reactToBatch(await made.place, event)
  }
}

export const handler = openReactorHandler(process.env, openCloudSecrets(Date.now))
