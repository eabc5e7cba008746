/**
 * The entry of containers: `node functions/gpu/jobs/main.ts <job>` with the environment that `ContainerEnvironment`
 * (running/containerEnvironment.ts) lists. Ends with 0 when the step is done, with 1 and one line of JSON when it failed.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { pino } from 'pino'
import { openLabelStudioClient } from '../../../integrations/label-studio/client.ts'
import { openLabelStudio } from '../../../integrations/label-studio/platform.ts'
import type { Store } from '../../../integrations/storage/index.ts'
import { projectKeys } from '../../../integrations/storage/keys.ts'
import { openStore } from '../../openStore.ts'
import { defaultPublishingTimes, type PublishingPlace } from '../../publishing/place.ts'
import { chooseDevice } from '../onnx/chooseDevice.ts'
import { JobError } from './context.ts'
import { type ContainerEnvironment, readContainer } from './running/containerEnvironment.ts'
import { type ContainerJob, runContainerJob } from './running/containerJob.ts'
import { ShutdownError } from './running/shutdown.ts'

const log = pino()
const over = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const)
  process.once(name, () => over.abort(new ShutdownError(`the container was told to end (${name})`)))

try {
  await main()
} catch (error) {
  log.error({ err: { message: error instanceof Error ? error.message : String(error) } }, 'the job did not end well')
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { job, environment } = readContainer(process.argv.slice(2), process.env)
  const { version, share } = job
  const fields = { job: job.name, project: `${job.platform}-${job.project}`, run: version, share: share?.index }
  const { device, reason } = await chooseDevice(environment.SIXTEEN_DEVICE)
  log.info({ ...fields, device, reason }, 'the job begins')
  const store = await openStore(environment.SIXTEEN_STORE)
  const begun = performance.now()
  const samples = { done: 0 }
  await runContainerJob(
    {
      store,
      device,
      now: () => new Date(),
      signal: over.signal,
      publishing: (of) => publishingPlace(environment, store, of),
      onProgress: ({ phase, done }) => {
        if (phase === 'generate') samples.done = done
      },
    },
    job,
  )
  const seconds = (performance.now() - begun) / 1000
  log.info({ ...fields, seconds, samples: samples.done }, 'the job is done')
}

function publishingPlace(
  { LABEL_STUDIO_URL: address, LABEL_STUDIO_TOKEN: token }: ContainerEnvironment,
  store: Store,
  { platform, project }: ContainerJob,
): PublishingPlace {
  if (platform !== 'label-studio') throw new JobError(`projects of ${platform} are not shown anywhere`)
  if (address === undefined || token === undefined)
    throw new JobError('set LABEL_STUDIO_URL and LABEL_STUDIO_TOKEN: samples are to be shown in Label Studio')
  return {
    store,
    keys: projectKeys(platform, project),
    platform: openLabelStudio(openLabelStudioClient({ address, token })),
    project,
    times: defaultPublishingTimes,
    now: Date.now,
    wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
    newId: randomUUID,
    signal: over.signal,
    onTrouble: (message) => log.warn({ project: `${platform}-${project}` }, `tried again: ${message}`),
    onGivenUp: (message) => log.warn({ project: `${platform}-${project}` }, message),
  }
}
