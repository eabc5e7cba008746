/** The composition root of a server on one machine: web app, queue, reactor and jobs in one process. */
import { randomUUID } from 'node:crypto'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { openDrafter } from '../../integrations/huggingface/index.ts'
import { openLabelStudioClient } from '../../integrations/label-studio/client.ts'
import { openLabelStudio } from '../../integrations/label-studio/platform.ts'
import type { TaskImageOptions } from '../../integrations/label-studio/taskImages.ts'
import { openSqliteQueue } from '../../integrations/queue/sqlite.ts'
import type { Generator, Platform, Project } from '../../schemas/project.ts'
import type { ProjectDefaults } from '../../schemas/projectDefaults.ts'
import { createApp, requireLoopback } from '../edge/index.ts'
import { openMetrics } from '../edge/metrics.ts'
import { describeGenerator, embeddedGenerator, readEmbeddedGenerator } from '../gpu/jobs/generatorWeights.ts'
import type { Device } from '../gpu/onnx/device.ts'
import { openStore } from '../openStore.ts'
import { defaultPublishingTimes, type PublishingTimes } from '../publishing/place.ts'
import type { ReactorLog } from '../reactor/context.ts'
import { openLabeler } from './labeler.ts'
import { openStation, type StationOptions } from './station.ts'

export interface ServeOptions extends Pick<StationOptions, 'threads' | 'tuning' | 'evaluation' | 'onProgress'> {
  /** Holds `store/` and `queue.sqlite`; one server at a time, which the caller sees to. */
  readonly folder: string
  /** Another place for the store, as `openStore` takes it: then the folder holds only what can be lost. */
  readonly store?: string | undefined
  readonly hostname: string
  /** 0 takes a free one. */
  readonly port: number
  /** Without it, only a loopback address may be served. */
  readonly accessKey?: string | undefined
  /** Without it, projects are shown, and nothing is read from or written to Label Studio. */
  readonly labelStudio?: (TaskImageOptions & { readonly address: string; readonly token: string }) | undefined
  readonly huggingFaceToken?: string | undefined
  readonly device: Device
  readonly defaults?: ProjectDefaults | undefined
  readonly times?: Partial<PublishingTimes>
  readonly reconcileSeconds: number
  readonly log: ReactorLog
}

export interface Server {
  /** Where it is reached from this machine. */
  readonly address: string
  /** Answers what is being asked, stops work at safe points, and closes everything. */
  close(): Promise<void>
}

/**
 * Serves until it is closed. What was under way when an earlier server on this folder ended, however it ended, goes on.
 * @throws OpenAddressError without a key on an address that others reach; StorageError, QueueError, PlatformError
 */
export async function serveLocally(options: ServeOptions): Promise<Server> {
  const { folder, hostname, accessKey, device, log } = options
  requireLoopback(hostname, accessKey)
  const store = await openStore(options.store ?? join(folder, 'store'))
  const queue = await openSqliteQueue({ file: join(folder, 'queue.sqlite'), alone: true })
  const platform =
    options.labelStudio && openLabelStudio(openLabelStudioClient(options.labelStudio), options.labelStudio)
  const platformOf = (name: Platform) => (name === 'label-studio' ? platform : undefined)
  const metrics = openMetrics({ store, queue })
  metrics.setDevice(device, cpus()[0]?.model ?? 'unknown processor')
  const rate = sampleRate(metrics.setSamplesPerSecond)
  const defaultGenerator = async (): Promise<Generator> =>
    describeGenerator(embeddedGenerator, await readEmbeddedGenerator())
  const station = openStation({
    ...options,
    store,
    queue,
    platformOf,
    defaultGenerator,
    draft: (image, project, signal) => draft(image, project, options.huggingFaceToken, signal),
    times: { ...defaultPublishingTimes, ...options.times },
    now: () => new Date(),
    wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
    newId: randomUUID,
    onProgress: (work, progress) => {
      rate(progress.task, progress.done)
      options.onProgress?.(work, progress)
    },
  })
  // A process can have the WebGPU device once only, and the jobs need it.
  const labelsOn = device === 'webgpu' ? 'cpu' : device
  const labeler = openLabeler({ store, platformOf, device: labelsOn, threads: options.threads })
  const app = createApp({
    store,
    queue,
    labeler,
    workflow: station.workflow,
    metrics,
    log,
    defaultGenerator,
    ...(accessKey === undefined ? {} : { accessKey }),
  })
  const closeStation = async (): Promise<void> => {
    await station.close()
    await labeler.close()
    await queue.close()
  }
  try {
    const { server, port } = await listen(app.fetch, hostname, options.port)
    return {
      address: `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`,
      async close() {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()))
        if ('closeIdleConnections' in server) server.closeIdleConnections()
        await Promise.race([closed, setTimeout(lastAnswersMilliseconds)])
        // Pages keep a connection open for what is new: they connect again to the next server.
        if ('closeAllConnections' in server) server.closeAllConnections()
        await closed
        await closeStation()
      },
    }
  } catch (error) {
    await closeStation()
    throw error
  }
}

/** What is being asked when the server is told to end has so long to be answered: a webhook does not come again. */
const lastAnswersMilliseconds = 1500

type HttpServer = ReturnType<typeof serve>

function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  hostname: string,
  port: number,
): Promise<{ readonly server: HttpServer; readonly port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, (info) => resolve({ server, port: info.port }))
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens there: choose another --port' : cause.message
      reject(new Error(`cannot listen on ${hostname}:${port}: ${why}`))
    })
  })
}

/** Images per second while images are being made, else 0. */
function sampleRate(tell: (samplesPerSecond: number) => void): (task: string, done: number) => void {
  let begun: { readonly at: number; readonly done: number } | undefined
  return (task, done) => {
    if (task !== 'generating labelled images') {
      begun = undefined
      return tell(0)
    }
    begun ??= { at: performance.now(), done }
    const seconds = (performance.now() - begun.at) / 1000
    if (seconds > 0) tell((done - begun.done) / seconds)
  }
}

/** A first mask by a model on Hugging Face, where the project wants one. */
async function draft(
  image: Uint8Array,
  { life, labelList, settings }: Project,
  token: string | undefined,
  signal: AbortSignal | undefined,
) {
  if (life.drafts === undefined) return undefined
  const { labelWidth: width, labelHeight: height } = settings
  const parts = labelList.parts.map(({ name }) => name)
  const drafter = openDrafter({ settings: life.drafts, token, parts, ...(signal === undefined ? {} : { signal }) })
  return drafter.draft(image, { parts, width, height })
}
