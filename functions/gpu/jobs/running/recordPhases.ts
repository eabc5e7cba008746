import { getJson } from '../../../../integrations/storage/index.ts'
import { type PhaseName, Run } from '../../../../schemas/run.ts'
import { type JobContext, readProject } from '../context.ts'
import { type PhaseResult, type PhaseWatch, recordPhase } from './recordedPhase.ts'

/**
 * Does phases one after the other, and keeps the run's record true around each. A segmenter that nobody wishes for leaves
 * no trace in the record.
 * @throws what `recordPhase` throws
 */
export async function recordPhases(
  context: JobContext,
  phases: readonly PhaseName[],
  watch: PhaseWatch,
  works: Readonly<Record<PhaseName, () => Promise<PhaseResult>>>,
): Promise<void> {
  for (const phase of phases)
    if (phase !== 'segment' || (await isToSegment(context))) await recordPhase(context, phase, watch, works[phase])
}

async function isToSegment(context: JobContext): Promise<boolean> {
  if ((await readProject(context)).settings.segmenter !== undefined) return true
  // One that was begun before the wish was taken back would stay open for ever.
  const run = (await getJson(context.store, context.run.run, Run))?.value
  return run?.phases.some(({ name }) => name === 'segment') ?? false
}
