import { type Store, updateJson } from '../../../../integrations/storage/index.ts'
import { type PhaseName, Run } from '../../../../schemas/run.ts'
import { type Attempt, beginPhase, endPhase, failRun, pauseRun, stopRun } from '../../../factory/runRecord.ts'
import type { JobContext } from '../context.ts'
import { attemptSince } from './attempt.ts'
import { ShutdownError } from './shutdown.ts'

/** What came of a phase. */
export interface PhaseResult {
  /** Whether there was anything to do. */
  readonly worked: boolean
  /** Version of ONNX Runtime, where another engine than the run's did the work. */
  readonly runtimeVersion?: string | undefined
}

/** Who hears of a phase, and where time comes from. */
export interface PhaseWatch {
  readonly now: () => Date
  readonly onPhase?: ((phase: PhaseName, state: 'begin' | 'end') => void) | undefined
  /** Throws where the phase may not begin, by the record of that moment. */
  readonly check?: ((run: Run) => void) | undefined
}

/**
 * Keeps the run's record true around a phase: begun, done, failed or stopped, and the time it took over all attempts.
 * @throws what the phase throws, even where the record can no longer be written
 */
export async function recordPhase(
  { store, run, engine, signal }: JobContext,
  name: PhaseName,
  { now, onPhase, check }: PhaseWatch,
  body: () => Promise<PhaseResult>,
): Promise<void> {
  if (signal?.aborted) {
    await tryChange(store, run.run, (record) => interruptRun(record, signal.reason))
    throw signal.reason
  }
  const start = now()
  const attempt = (runtimeVersion?: string): Attempt => attemptSince(start, name, engine, now, runtimeVersion)
  await updateJson(store, run.run, Run, (record) => {
    check?.(record)
    return beginPhase(record, name, start)
  })
  onPhase?.(name, 'begin')
  try {
    const { worked, runtimeVersion } = await body()
    const ended = attempt(runtimeVersion)
    await updateJson(store, run.run, Run, (record) => endPhase(record, ended, worked))
  } catch (error) {
    const ended = attempt()
    const message = error instanceof Error ? error.message : String(error)
    await tryChange(store, run.run, (record) =>
      signal?.aborted ? interruptRun(record, signal.reason, ended) : failRun(record, message, ended),
    )
    throw error
  }
  onPhase?.(name, 'end')
}

/** A run that somebody stopped waits for somebody; one whose process is only shut down goes on by itself. */
function interruptRun(record: Run, reason: unknown, attempt?: Attempt): Run {
  if (!(reason instanceof ShutdownError)) return stopRun(record, attempt)
  return attempt === undefined ? record : pauseRun(record, attempt)
}

/** What ended the phase is what the caller must hear of, not that a full disk does not take the record either. */
async function tryChange(store: Store, key: string, step: (run: Run) => Run): Promise<void> {
  await updateJson(store, key, Run, (run) => step(run)).catch(() => undefined)
}
