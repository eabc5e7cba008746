/** The workflow of one machine: work is done in this process, one piece after another, since each takes all cores. */
import { type Store, updateJson } from '../../integrations/storage/index.ts'
import { projectKeys } from '../../integrations/storage/keys.ts'
import type { Work, Workflow } from '../../integrations/workflow/index.ts'
import { Run } from '../../schemas/run.ts'
import { isActive, reopenRun, stopRun } from '../factory/runRecord.ts'
import { ShutdownError } from '../gpu/jobs/running/shutdown.ts'

/** A person stopped the work. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

export interface LocalWorkflowOptions {
  readonly store: Store
  /** Does one piece of work; throws the signal's reason when it is aborted. */
  readonly perform: (work: Work, signal: AbortSignal) => Promise<void>
  /** Hears how work ended: done, or with what error. Not called for work that a shutdown interrupts. */
  readonly onEnd: (work: Work, error: unknown) => Promise<void>
  /** Hears that `onEnd` failed; the next work goes on. */
  readonly onFailure: (error: unknown) => void
}

export interface LocalWorkflow extends Workflow {
  /** What is under way stops at its next safe point; what waits is left. Resolves when nothing is under way. */
  close(): Promise<void>
}

/** One piece of work has one name. */
function nameOf(work: Work): string {
  return [work.platform, work.project, work.kind, ...(work.kind === 'run' ? [work.version] : [])].join(' ')
}

/**
 * Nothing of it is kept: after a restart the reactor finds in the store what was under way, and starts it again.
 */
export function openLocalWorkflow({ store, perform, onEnd, onFailure }: LocalWorkflowOptions): LocalWorkflow {
  const waiting = new Map<string, Work>()
  let current: { readonly name: string; readonly controller: AbortController } | undefined
  let closed = false
  let working: Promise<void> = Promise.resolve()

  const changeRun = async (work: Work, step: (run: Run) => Run): Promise<void> => {
    if (work.kind !== 'run') return
    const key = projectKeys(work.platform, work.project).run(work.version).run
    await updateJson(store, key, Run, step)
  }
  const workOff = async (): Promise<void> => {
    for (;;) {
      const [next] = waiting
      if (next === undefined || closed) return
      const [name, work] = next
      waiting.delete(name)
      const controller = new AbortController()
      current = { name, controller }
      const { signal } = controller
      const error = await perform(work, signal).then(
        () => undefined,
        // Whatever interrupted work says of it, the signal knows why.
        (reason: unknown) => (signal.aborted ? signal.reason : (reason ?? new Error('it failed without a reason'))),
      )
      if (error !== undefined && !(error instanceof ShutdownError)) await rest(work, error).catch(onFailure)
      current = undefined
      if (!(error instanceof ShutdownError)) await onEnd(work, error).catch(onFailure)
    }
  }
  /** A run that ended before its record could say so would be begun again and again. */
  const rest = (work: Work, error: unknown): Promise<void> =>
    changeRun(work, (run) => {
      if (!isActive(run)) return run
      if (error instanceof StoppedError) return stopRun(run)
      const message = error instanceof Error ? error.message : String(error)
      return { ...run, state: 'failed', error: { message: message || 'unknown error' } }
    })

  return {
    async start(work) {
      const name = nameOf(work)
      if (closed || waiting.has(name) || current?.name === name) return false
      // Whoever looks at the run from now on, or after a crash, sees that it is to go on.
      await changeRun(work, reopenRun)
      if (closed || waiting.has(name) || current?.name === name) return false
      waiting.set(name, work)
      working = working.then(workOff)
      return true
    },
    async stop(work) {
      const name = nameOf(work)
      const reason = new StoppedError('a person stopped it')
      if (current?.name === name) {
        current.controller.abort(reason)
        return true
      }
      if (!waiting.delete(name)) return false
      await changeRun(work, (run) => stopRun(run))
      return true
    },
    isActive: async (work) => waiting.has(nameOf(work)) || current?.name === nameOf(work),
    async close() {
      closed = true
      current?.controller.abort(new ShutdownError('the process is shut down'))
      await working
    },
  }
}
