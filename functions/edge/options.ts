import type { Queue } from '../../integrations/queue/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import type { Workflow } from '../../integrations/workflow/index.ts'
import type { Generator } from '../../schemas/project.ts'
import type { FailureListener } from './failures.ts'
import type { Labeler } from './labeler.ts'
import type { EdgeMetrics } from './metrics.ts'
import type { ServedVersions } from './served.ts'

/** Takes lines of a log; pino's loggers fit. */
export interface EdgeLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** How much one caller may ask of the edge. */
export interface EdgeLimits {
  /** Largest body of a webhook that is read, in bytes. A larger one is acknowledged all the same. */
  readonly webhookBytes: number
  /** Largest body of a call with tasks, in bytes. */
  readonly predictBytes: number
  /** Largest body of anything else, in bytes. */
  readonly bodyBytes: number
  /** Largest answer of `/predict`, in bytes. */
  readonly answerBytes: number
  /** After so many seconds `/predict` answers with what it has: a server waits 100 s, what stands before it often 30. */
  readonly predictSeconds: number
  /** Sustained requests per second and client; four seconds' worth may come at once. */
  readonly requestsPerSecond: number
  /** The same for webhooks, which a server sends in floods. */
  readonly webhooksPerSecond: number
}

export const defaultLimits: EdgeLimits = {
  webhookBytes: 32 * 2 ** 20,
  predictBytes: 64 * 2 ** 20,
  bodyBytes: 2 ** 20,
  answerBytes: 5_000_000,
  predictSeconds: 20,
  requestsPerSecond: 200,
  webhooksPerSecond: 5000,
}

export interface EdgeOptions {
  /** Where projects and their runs lie. Of it the edge writes only the settings of projects. */
  readonly store: Store
  /** Takes what happened and what people ask for; whoever reads it does the work. */
  readonly queue: Queue
  /** Stops runs and takes failed ones up again. Where there is none, those calls are refused. */
  readonly workflow?: Pick<Workflow, 'start' | 'stop' | 'isActive'>
  /**
   * Opens everything, as password of basic authentication (with any user name) or as `/k/<key>` before a path that Label
   * Studio calls. Without it everything is open, but only to requests for this machine: see `requireLoopback`.
   */
  readonly accessKey?: string
  readonly limits?: Partial<EdgeLimits>
  readonly log?: EdgeLog
  /** The generator that comes with the package; without it, projects can be given imported ones only. */
  readonly defaultGenerator?: () => Promise<Generator>
  /** Labels images that are not ours at once; without it they are labelled later, and the predictions pushed. */
  readonly labeler?: Labeler
  /** Counts for `/metrics`; without it that path is refused. */
  readonly metrics?: EdgeMetrics
  /** Whether answers can be streams, as pages use them to be told what is new; else they ask. Default true. */
  readonly streams?: boolean
  readonly now?: () => Date
  /** Makes names of requests and events: unique, 1 to 64 letters, digits, `_ -`. */
  readonly newId?: () => string
  /** Hears of requests that failed for a reason of ours, such as a damaged record. Whoever asked is told no details. */
  readonly onFailure?: FailureListener
}

/** The options with everything that may be left out filled in. */
export interface Edge extends Omit<EdgeOptions, 'limits' | 'now' | 'newId'> {
  readonly limits: EdgeLimits
  /** Which version each project shows. */
  readonly served: ServedVersions
  readonly now: () => Date
  readonly newId: () => string
}
