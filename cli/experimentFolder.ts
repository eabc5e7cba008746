/** An experiment in a folder: what it came to is kept in its store, and shown in files beside it. */
import { join } from 'node:path'
import { armName, standardArm } from '../functions/gpu/jobs/experiments/arms.ts'
import type { ExperimentContext } from '../functions/gpu/jobs/experiments/context.ts'
import type { ExperimentData } from '../functions/gpu/jobs/experiments/data.ts'
import { estimateTrials, formatDuration, secondsLeft } from '../functions/gpu/jobs/experiments/estimate.ts'
import { measureSpeed } from '../functions/gpu/jobs/experiments/measureSpeed.ts'
import type { Plan } from '../functions/gpu/jobs/experiments/plan.ts'
import { miouPlot } from '../functions/gpu/jobs/experiments/plot.ts'
import { runExperiment } from '../functions/gpu/jobs/experiments/runExperiment.ts'
import { resultsOf } from '../functions/gpu/jobs/experiments/summary.ts'
import { resultsTable } from '../functions/gpu/jobs/experiments/table.ts'
import { readTrial } from '../functions/gpu/jobs/experiments/trials.ts'
import type { Engine } from '../functions/gpu/onnx/engine.ts'
import { openFileStore } from '../integrations/storage/fs.ts'
import { encodeJson } from '../integrations/storage/index.ts'
import { ExperimentResults, type TrialRecord } from '../schemas/experiment.ts'
import { createMeter } from './progress.ts'
import { makeFolders } from './projectFolder.ts'
import { whileFolderLocked } from './projectLock.ts'
import { writeWhole } from './writeWhole.ts'

/** To the line's beginning, and nothing on it. */
const clearLine = '\r\u001b[2K'

export interface ExperimentRequest {
  readonly folder: string
  readonly data: ExperimentData
  readonly plan: Plan
  readonly engine: Engine
  readonly signal: AbortSignal
  /** Hears lines for people. */
  readonly tell: (line: string) => void
  /** Whether a bar between the lines shows how far a trial is. */
  readonly live: boolean
}

/**
 * Does what of a plan is not done yet; leaves `results.json`, `table.md` and `miou.svg`, which are written anew after each
 * trial.
 * @throws ProjectBusyError; what a trial throws; the signal's reason
 */
export async function experimentIn({ folder, ...request }: ExperimentRequest): Promise<ExperimentResults> {
  await makeFolders(join(folder, 'store'))
  return whileFolderLocked(folder, join(folder, 'store', '.work'), async () => {
    const { data, plan, engine, signal, live } = request
    const tell = (line: string): void => request.tell(live ? clearLine + line : line)
    const store = await openFileStore(join(folder, 'store'))
    const meter = createMeter()
    const { settings } = plan
    const onProgress: ExperimentContext['onProgress'] = (progress) => {
      const text = meter(progress)
      if (live && text !== undefined) process.stdout.write(`${clearLine}  ${text}`)
    }
    const context = { store, engine, data, settings, now: () => new Date(), signal, onProgress }
    const estimates = await announce(context, plan, tell)
    const done: number[] = []
    const records = await runExperiment(context, plan, {
      onBegin: ({ arm, randomSeed }, index) =>
        tell(`[${index + 1}/${plan.trials.length}] ${armName(arm)}, random seed ${randomSeed}`),
      onRecord: async (record, worked, all) => {
        if (!worked) return
        await writeFiles(folder, data, plan, all)
        done.push(record.seconds)
        tell(
          `  mIoU ${record.miou.presentOnly.toFixed(3)} after ${formatDuration(record.seconds)}${leftOf(estimates, done)}`,
        )
      },
    })
    return writeFiles(folder, data, plan, records)
  })
}

/** @returns estimated seconds of the trials that are to be done */
async function announce(
  context: ExperimentContext,
  { trials, leftOut }: Plan,
  tell: ExperimentRequest['tell'],
): Promise<readonly number[]> {
  for (const { name, reason } of leftOut) tell(`LEFT OUT: ${name}: ${reason}`)
  const there = await Promise.all(trials.map((trial) => readTrial(context, trial)))
  const isMissing = (_: unknown, index: number): boolean => there[index] === undefined
  const missing = trials.filter(isMissing)
  if (missing.length === 0) {
    tell(`All ${trials.length} trials are done already.`)
    return []
  }
  const speed = await measureSpeed(context)
  const estimates = estimateTrials(context.data, context.settings, trials, speed).filter(isMissing)
  const [step, image] = [speed.step, speed.image].map((seconds) => `${(seconds * 1000).toFixed(0)} ms`)
  tell(
    `${missing.length} of ${trials.length} trials are to be done: about ${formatDuration(secondsLeft(estimates, []))} ` +
      `(${step} per step of the segmenter and ${image} per bare image, measured now)`,
  )
  return estimates
}

function leftOf(estimates: readonly number[], done: readonly number[]): string {
  return done.length < estimates.length ? `; about ${formatDuration(secondsLeft(estimates, done))} left` : ''
}

async function writeFiles(
  folder: string,
  data: ExperimentData,
  { preset, leftOut }: Plan,
  records: readonly TrialRecord[],
): Promise<ExperimentResults> {
  const { parts } = data.seeds.labelList
  const standard = standardArm(data.seeds, 1)
  const facts = { data: data.name, preset, parts: [...parts], testImages: data.test.count, leftOut }
  const results = resultsOf(facts, records)
  await writeWhole(join(folder, 'results.json'), encodeJson('results.json', ExperimentResults, results))
  await writeWhole(join(folder, 'table.md'), resultsTable(results, standard))
  await writeWhole(join(folder, 'miou.svg'), await miouPlot(results.arms, standard))
  return results
}
