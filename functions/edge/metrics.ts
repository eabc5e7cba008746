/** What the edge counts, in the form that Prometheus reads. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Queue } from '../../integrations/queue/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import { RunState } from '../../schemas/run.ts'
import { listRuns } from './records.ts'

export interface Answered {
  readonly method: string
  /** The pattern of the route, not the address. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

export interface EdgeMetrics {
  answered(request: Answered): void
  /** What does the work, such as `cpu`, and what it calls itself. */
  setDevice(device: string, description: string): void
  /** Labelled images that the run under way makes in a second; 0 where none is. */
  setSamplesPerSecond(samples: number): void
  /** All of it, with the queue and the runs as they are now. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>
}

/** Up to the second that a Label Studio server waits. */
const acknowledgementBuckets = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1]

/** @param sources read at each scrape; one that fails is left out, and counted */
export function openMetrics({ store, queue }: { readonly store: Store; readonly queue: Queue }): EdgeMetrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'sixteen_http_requests_total',
    help: 'Requests answered, by the pattern of the route',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const acknowledgements = new Histogram({
    name: 'sixteen_webhook_acknowledgement_seconds',
    help: 'From a webhook to its acknowledgement, when it is in the queue',
    buckets: acknowledgementBuckets,
    registers,
  })
  const failures = new Counter({
    name: 'sixteen_scrape_failures_total',
    help: 'Times that the queue or the store could not be read for this page',
    labelNames: ['source'],
    registers,
  })
  const device = new Gauge({
    name: 'sixteen_device_info',
    help: 'What does the work: 1 at the device in use',
    labelNames: ['device', 'description'],
    registers,
  })
  const samples = new Gauge({
    name: 'sixteen_samples_per_second',
    help: 'Labelled images made in a second by the run under way',
    registers,
  })
  const waiting = new Gauge({ name: 'sixteen_queue_messages', help: 'Messages that are not done', registers })
  const dead = new Gauge({ name: 'sixteen_queue_dead_messages', help: 'Messages delivered too often', registers })
  const runs = new Gauge({ name: 'sixteen_runs', help: 'Runs by their state', labelNames: ['state'], registers })

  const readQueue = async (): Promise<void> => {
    const depth = await queue.depth()
    waiting.set(depth.messages)
    dead.set(depth.dead)
  }
  const readRuns = async (): Promise<void> => {
    const states = (await listRuns(store)).map(({ state }) => state)
    for (const state of RunState.options) runs.set({ state }, states.filter((one) => one === state).length)
  }

  return {
    answered: ({ method, route, status, seconds }) => {
      requests.inc({ method, route, status })
      if (route.endsWith('/webhook')) acknowledgements.observe(seconds)
    },
    setDevice: (name, description) => {
      device.reset()
      device.set({ device: name, description }, 1)
    },
    setSamplesPerSecond: (count) => samples.set(count),
    scrape: async () => {
      const [queueRead, runsRead] = await Promise.allSettled([readQueue(), readRuns()])
      // Numbers of an earlier scrape would look like those of now.
      if (queueRead.status === 'rejected') for (const gauge of [waiting, dead]) gauge.set(Number.NaN)
      if (runsRead.status === 'rejected') runs.reset()
      failures.inc({ source: 'queue' }, queueRead.status === 'rejected' ? 1 : 0)
      failures.inc({ source: 'store' }, runsRead.status === 'rejected' ? 1 : 0)
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}
