import { getJson, updateJson } from '../../../../integrations/storage/index.ts'
import { Run } from '../../../../schemas/run.ts'
import { type Attempt, beginPhase, failRun, pauseRun } from '../../../factory/runRecord.ts'
import type { JobContext } from '../context.ts'
import { attemptSince } from './attempt.ts'
import { generateAll, type Share } from './generateAll.ts'
import { refuseStopped } from './refuseStopped.ts'

/**
 * Generates the shards of one share, and adds the time to the run's record. Others work on other shares at the same time,
 * so none of them ends the phase.
 * @throws JobError for a run that was stopped; what generating throws, after the record says so; the signal's reason
 */
export async function generateShare(context: JobContext, share: Share, now: () => Date): Promise<void> {
  const { store, run, engine, signal } = context
  const start = now()
  const begun = (await getJson(store, run.run, Run))?.value.phases.some(({ name }) => name === 'generate')
  if (begun !== true)
    await updateJson(store, run.run, Run, (record) => {
      refuseStopped(record)
      return beginPhase(record, 'generate', start)
    })
  const attempt = (runtimeVersion?: string): Attempt => attemptSince(start, 'generate', engine, now, runtimeVersion)
  const generated = await generateAll(context, share).catch(async (error: unknown) => {
    const ended = attempt()
    const message = error instanceof Error ? error.message : String(error)
    const note = (record: Run): Run => (signal?.aborted ? pauseRun(record, ended) : failRun(record, message, ended))
    // What ended the work is what the caller must hear of, not that the record could not be written either.
    await updateJson(store, run.run, Run, note).catch(() => undefined)
    throw error
  })
  const ended = attempt(generated.runtimeVersion)
  await updateJson(store, run.run, Run, (record) => pauseRun(record, ended))
}
