/** Does all trials of a plan that are not done yet. */
import type { TrialRecord } from '../../../../schemas/experiment.ts'
import type { ExperimentContext } from './context.ts'
import type { Plan } from './plan.ts'
import { readTrial, runTrial } from './trials.ts'

export interface ExperimentWatch {
  /** Before a trial that is to be done. */
  readonly onBegin?: (trial: Plan['trials'][number], index: number) => void
  /** After each trial, with all records so far in the order of the plan. @param worked whether it was done now */
  readonly onRecord?: (record: TrialRecord, worked: boolean, records: readonly TrialRecord[]) => Promise<void>
}

/**
 * Killed and started again, it goes on with what is missing.
 * @returns a record for each trial, in the order of the plan
 * @throws what a trial throws; the signal's reason
 */
export async function runExperiment(
  context: ExperimentContext,
  { trials }: Pick<Plan, 'trials'>,
  { onBegin, onRecord }: ExperimentWatch = {},
): Promise<readonly TrialRecord[]> {
  const records: TrialRecord[] = []
  for (const [index, trial] of trials.entries()) {
    context.signal?.throwIfAborted()
    const there = await readTrial(context, trial)
    if (there === undefined) onBegin?.(trial, index)
    const record = there ?? (await runTrial(context, trial))
    records.push(record)
    await onRecord?.(record, there === undefined, records)
  }
  return records
}
