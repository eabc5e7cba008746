/**
 * One step of a run, or other work of a project, as a container does it: it gets a name, and finds all else in the store.
 * Done again, killed and begun again, or done twice at once, a step leaves the same objects.
 */
import { getJson, MissingError, type Store, updateJson } from '../../../../integrations/storage/index.ts'
import { projectKeys } from '../../../../integrations/storage/keys.ts'
import { type Platform, shardCount } from '../../../../schemas/project.ts'
import { type PhaseName, Run, type RunVersion } from '../../../../schemas/run.ts'
import { beginPhase, endPhase } from '../../../factory/runRecord.ts'
import type { PublishingPlace } from '../../../publishing/place.ts'
import type { Device } from '../../onnx/device.ts'
import { type Engine, openEngine } from '../../onnx/engine.ts'
import { withEngine } from '../../onnx/withEngine.ts'
import { type JobContext, JobError, type JobProgress, readProject } from '../context.ts'
import type { EvaluateOptions } from '../evaluate.ts'
import { predictRequested } from '../predictRequested.ts'
import { requireInputs } from '../runInputs.ts'
import type { JobTuning } from '../tuning.ts'
import { endRun } from './endRun.ts'
import { allShards, type Share } from './generateAll.ts'
import { generateShare } from './generateShare.ts'
import { machineOf } from './machine.ts'
import { phaseWorks } from './phaseWorks.ts'
import { progressRecord } from './progressRecord.ts'
import { makeSeeds, type SeedsOptions } from './recordedSeeds.ts'
import { recordPhases } from './recordPhases.ts'
import { refuseStopped } from './refuseStopped.ts'

/** The steps that containers do, in the order in which a run needs them; `seeds` and `predict` are no part of a run. */
export const containerJobs = ['seeds', 'train', 'generate', 'curate', 'publish', 'evaluate', 'predict'] as const
export type ContainerJobName = (typeof containerJobs)[number]

export interface ContainerJob {
  readonly name: ContainerJobName
  readonly platform: Platform
  readonly project: string
  /** Of a run's step. */
  readonly version?: RunVersion | undefined
  /** Which shards `generate` makes. Default: all. */
  readonly share?: Share
}

export interface ContainerOptions extends SeedsOptions {
  readonly store: Store
  /** Where samples are shown; only `seeds`, `publish` and `predict` need it. */
  readonly publishing: (job: ContainerJob) => PublishingPlace
  readonly device: Device
  readonly now: () => Date
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: JobProgress) => void
  readonly tuning?: Partial<JobTuning>
  readonly evaluation?: EvaluateOptions
}

/** Does one step to its end. @throws JobError where it cannot be done; what goes wrong; the signal's reason */
export async function runContainerJob(options: ContainerOptions, job: ContainerJob): Promise<void> {
  const { name, version } = job
  if (name === 'seeds') return await makeSeeds(options, options.publishing(job))
  if (name === 'predict') {
    const place = options.publishing(job)
    return await withEngine(options, (engine) => predictRequested(place, engine))
  }
  if (version === undefined) throw new JobError(`${name} is a step of a run: say of which`)
  const { store, now, signal, tuning } = options
  const keys = projectKeys(job.platform, job.project)
  await requireInputs(store, keys, version)
  const engine = openEngine({ device: options.device, threads: options.threads })
  const run = keys.run(version)
  const progress = progressRecord(store, run.progress, version, () => now().getTime())
  const onProgress = (event: JobProgress): void => {
    // One of many containers speaks for all: they have as much to do as it has.
    const others = job.share?.of ?? 1
    if ((job.share?.index ?? 0) === 0)
      progress.onProgress({ ...event, done: Math.min(event.total, event.done * others) })
    options.onProgress?.(event)
  }
  const context: JobContext = { store, keys, run, version, engine, onProgress, signal, tuning }
  try {
    await takeStep(context, options, job, name)
  } finally {
    await progress.settled()
    await engine.close()
  }
}

type RunStep = Exclude<ContainerJobName, 'seeds' | 'predict'>

/** The phases that a step records; the shares of `generate` record theirs together. */
const phasesOf: Readonly<Record<Exclude<RunStep, 'generate'>, readonly PhaseName[]>> = {
  train: ['train', 'distil'],
  curate: ['curate'],
  publish: ['publish'],
  evaluate: ['segment', 'evaluate', 'report'],
}

async function takeStep(
  context: JobContext,
  options: ContainerOptions,
  job: ContainerJob,
  step: RunStep,
): Promise<void> {
  const { now, evaluation } = options
  if (step === 'generate') return await generateShare(context, job.share ?? allShards, now)
  if (step === 'curate') await endGenerating(context, now)
  const works = phaseWorks(context, { now, evaluation, publishing: () => options.publishing(job), report: {} })
  await recordPhases(context, phasesOf[step], { now, check: refuseStopped }, works)
  if (step === 'evaluate') await endRun(context)
}

/** The containers that generated noted the time that each took; that all are through is known only now. */
async function endGenerating({ store, run, engine, ...context }: JobContext, now: () => Date): Promise<void> {
  const record = (await getJson(store, run.run, Run))?.value
  if (record === undefined) throw new MissingError(run.run)
  if (record.phases.some(({ name, finishedAt }) => name === 'generate' && finishedAt !== undefined)) return
  const count = shardCount((await readProject({ store, ...context })).settings)
  for (let shard = 0; shard < count; shard++)
    if ((await store.head(run.shard(shard))) === undefined)
      throw new JobError(`shard ${shard} of ${count} is missing (${run.shard(shard)}): generate it first`)
  const attempt = { name: 'generate' as const, now: now(), seconds: 0, machine: generatingMachine(record, engine) }
  await updateJson(store, run.run, Run, (present) => {
    refuseStopped(present)
    return endPhase(beginPhase(present, 'generate', now()), attempt, true)
  })
}

const generatingMachine = ({ machine }: Run, engine: Engine) => machine ?? machineOf(engine, engine.runtimeVersion)
