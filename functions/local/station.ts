/**
 * All that acts on a store on one machine: the reactor, the workflow and the reconciler. The web app is put in front of it
 * by whoever serves it; both meet in the store and the queue.
 */
import type { AnnotationPlatform } from '../../integrations/platform/index.ts'
import type { Queue } from '../../integrations/queue/index.ts'
import type { Store } from '../../integrations/storage/index.ts'
import type { Work, Workflow } from '../../integrations/workflow/index.ts'
import type { Generator, Platform } from '../../schemas/project.ts'
import type { ProjectDefaults } from '../../schemas/projectDefaults.ts'
import type { PublishingTimes } from '../publishing/place.ts'
import type { ReactorLog } from '../reactor/context.ts'
import { reconcileMessage } from '../reactor/events.ts'
import { reconcileAll } from '../reactor/reconcileAll.ts'
import { type PerformOptions, perform } from './perform.ts'
import { runReactor } from './reactorLoop.ts'
import { openLocalWorkflow, StoppedError } from './workflow.ts'

export interface StationOptions
  extends Pick<PerformOptions, 'device' | 'threads' | 'draft' | 'tuning' | 'evaluation' | 'onProgress'> {
  readonly store: Store
  readonly queue: Queue
  readonly platformOf: (name: Platform) => AnnotationPlatform | undefined
  readonly defaultGenerator: () => Promise<Generator>
  readonly defaults?: ProjectDefaults | undefined
  readonly times: PublishingTimes
  /** Seconds between two looks at every project, for events that were lost. */
  readonly reconcileSeconds: number
  readonly now: () => Date
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>
  readonly newId: () => string
  readonly log: ReactorLog
}

export interface Station {
  readonly workflow: Workflow
  /** Stops at safe points; what was under way goes on with the next station on this store. */
  close(): Promise<void>
}

/** Begins to work; first it looks at every project, so that what another station left goes on. */
export function openStation(options: StationOptions): Station {
  const { store, queue, log, now, wait, newId } = options
  const over = new AbortController()

  const reconcile = async ({ platform, project }: Pick<Work, 'platform' | 'project'>): Promise<void> => {
    await queue.send(reconcileMessage({ platform, project }, { now, newId }))
  }
  const workflow = openLocalWorkflow({
    store,
    perform: (work, signal) =>
      perform({ ...options, onTrouble: (of, message) => log.warn(fieldsOf(of), message) }, work, signal),
    onEnd: async (work, error) => {
      const fields = fieldsOf(work)
      if (error === undefined) log.info(fields, 'work is done')
      else if (error instanceof StoppedError) log.info(fields, 'work was stopped')
      else log.error(fields, `work failed: ${error instanceof Error ? error.message : String(error)}`)
      // What comes next is decided anew; what else failed is left to the next reconciliation, not tried in a circle.
      if (error === undefined || work.kind === 'run') await reconcile(work)
    },
    onFailure: (error) => log.error({ err: error }, 'the end of a piece of work could not be told'),
  })
  const isServed = (name: Platform): boolean => options.platformOf(name) !== undefined
  const keepReconciling = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await reconcileAll(store, queue, isServed, { now, newId }).catch((error: unknown) =>
        log.error({ err: error }, 'projects could not be reconciled'),
      )
      await wait(1000 * options.reconcileSeconds, over.signal).catch(() => undefined)
    }
  }
  const working = [runReactor(queue, { ...options, workflow, signal: over.signal }), keepReconciling()]

  return {
    workflow,
    async close() {
      over.abort()
      await Promise.all([workflow.close(), ...working])
    },
  }
}

function fieldsOf(work: Work): object {
  return { platform: work.platform, project: work.project, work: work.kind === 'run' ? work.version : work.kind }
}
