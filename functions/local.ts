/**
 * The composition root for one machine: the jobs in this process, sessions in worker threads, objects in the given
 * store. A run that was interrupted, even by kill -9, goes on where it was and ends with the same bytes.
 */
import { projectKeys } from '../integrations/storage/keys.ts'
import type { ReportData } from '../schemas/report.ts'
import { PhaseName } from '../schemas/run.ts'
import type { JobContext } from './gpu/jobs/context.ts'
import { presentInputs } from './gpu/jobs/runInputs.ts'
import { endRun } from './gpu/jobs/running/endRun.ts'
import { phaseWorks } from './gpu/jobs/running/phaseWorks.ts'
import { recordPhases } from './gpu/jobs/running/recordPhases.ts'
import { openEngine } from './gpu/onnx/engine.ts'
import type { LocalRunOptions, LocalRunResult } from './local/options.ts'
import { openRun } from './runs.ts'

export { openFileStore } from '../integrations/storage/fs.ts'
export type { Store } from '../integrations/storage/index.ts'
/** @see projectKeys */
export type { ProjectKeys } from '../integrations/storage/keys.ts'
export { openMemoryStore } from '../integrations/storage/memory.ts'
export type { JobProgress } from './gpu/jobs/context.ts'
export type { JobTuning } from './gpu/jobs/tuning.ts'
export { type AgainOptions, againLocally } from './local/againLocally.ts'
export { type LocalRunOptions, type LocalRunResult, localPhases } from './local/options.ts'
export { findRun } from './localRuns.ts'
export { listRuns } from './runs.ts'

/**
 * Trains, distils, generates, curates, publishes, trains a segmenter, evaluates and reports, as far as asked for and not
 * done yet.
 * @throws what a phase throws, after the run's record says so; the signal's reason where it was interrupted
 */
export async function runLocally(options: LocalRunOptions): Promise<LocalRunResult> {
  const { store, platform, project: id, publishing, now = () => new Date() } = options
  const { phases = PhaseName.options.filter((phase) => phase !== 'publish' || publishing !== undefined) } = options
  const keys = projectKeys(platform, id)
  options.signal?.throwIfAborted()
  const version = options.version ?? (await openRun(store, keys, await presentInputs(store, keys), now))
  const engine = openEngine({ device: options.device, threads: options.threads })
  const { onProgress, onPhase, signal, tuning } = options
  const context: JobContext = { store, keys, run: keys.run(version), version, engine, onProgress, signal, tuning }
  const state: { report?: ReportData } = {}
  const works = phaseWorks(context, {
    now,
    publishing: () => publishing,
    evaluation: options.evaluation,
    report: options,
    onReport: (report) => {
      state.report = report
    },
  })
  try {
    const inOrder = PhaseName.options.filter((phase) => phases.includes(phase))
    await recordPhases(context, inOrder, { now, onPhase }, works)
    return { version, run: await endRun(context), report: state.report }
  } finally {
    await engine.close()
  }
}
