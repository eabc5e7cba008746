import { getJson, updateJson } from '../../../../integrations/storage/index.ts'
import { Run } from '../../../../schemas/run.ts'
import { type Attempt, beginPhase, failRun, pauseRun } from '../../../factory/runRecord.ts'
import { type JobContext, readProject } from '../context.ts'
import { generate, shardCount } from '../generate.ts'
import { machineOf } from './machine.ts'
import { refuseStopped } from './refuseStopped.ts'

/** One of several equal shares of a run's shards: `index`, `index + of`, `index + 2·of`, … */
export interface Share {
  readonly index: number
  readonly of: number
}

/**
 * Generates the shards of one share, and adds the time to the run's record. Others work on other shares at the same time,
 * so none of them ends the phase.
 * @throws JobError for a run that was stopped; what generating throws, after the record says so; the signal's reason
 */
export async function generateShare(context: JobContext, { index, of }: Share, now: () => Date): Promise<void> {
  const { store, run, engine, signal, onProgress } = context
  const project = await readProject(context)
  const start = now()
  const begun = (await getJson(store, run.run, Run))?.value.phases.some(({ name }) => name === 'generate')
  if (begun !== true)
    await updateJson(store, run.run, Run, (record) => {
      refuseStopped(record)
      return beginPhase(record, 'generate', start)
    })
  const attempt = (): Attempt => {
    const end = now()
    const seconds = Math.max(0, (end.getTime() - start.getTime()) / 1000)
    return { name: 'generate', now: end, seconds, machine: machineOf(engine, engine.runtimeVersion) }
  }
  const total = project.settings.samplesPerRun
  let done = 0
  const onImage = (count: number): void => {
    done += count
    onProgress?.({ phase: 'generate', task: 'generating labelled images', done, total, unit: 'images' })
  }
  try {
    for (let shard = index; shard < shardCount(project); shard += of) await generate(context, shard, onImage)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const note = (record: Run): Run =>
      signal?.aborted ? pauseRun(record, attempt()) : failRun(record, message, attempt())
    // What ended the work is what the caller must hear of, not that the record could not be written either.
    await updateJson(store, run.run, Run, note).catch(() => undefined)
    throw error
  }
  await updateJson(store, run.run, Run, (record) => pauseRun(record, attempt()))
}
