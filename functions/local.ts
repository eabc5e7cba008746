/**
 * The composition root for one machine: the jobs in this process, sessions in worker threads, objects in the given
 * store. A run that was interrupted, even by kill -9, goes on where it was and ends with the same bytes.
 */

import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { getJson, MissingError, type Store, updateJson } from '../integrations/storage/index.ts'
import { type ProjectKeys, projectKeys, type RunKeys } from '../integrations/storage/keys.ts'
import { packageVersion } from '../integrations/packageFiles.ts'
import type { Platform } from '../schemas/project.ts'
import type { ReportData, ReportFact } from '../schemas/report.ts'
import { type PhaseName, Run, type RunMachine, type RunVersion } from '../schemas/run.ts'
import { runInputs } from './factory/runInputs.ts'
import { beginPhase, completeRun, endPhase, failRun, stopRun } from './factory/runRecord.ts'
import { readAnnotations } from './gpu/jobs/annotations.ts'
import { type JobContext, type JobProgress, readProject } from './gpu/jobs/context.ts'
import { curate } from './gpu/jobs/curate.ts'
import { distil } from './gpu/jobs/distil.ts'
import { evaluate, type EvaluateOptions, quickEvaluation } from './gpu/jobs/evaluate.ts'
import { generate, shardCount } from './gpu/jobs/generate.ts'
import { report } from './gpu/jobs/report.ts'
import { train } from './gpu/jobs/train.ts'
import type { Device } from './gpu/onnx/device.ts'
import { type Engine, openEngine } from './gpu/onnx/engine.ts'
import { openRun } from './localRuns.ts'

export { openFileStore } from '../integrations/storage/fs.ts'
export { openMemoryStore } from '../integrations/storage/memory.ts'
export type { Store } from '../integrations/storage/index.ts'
export type { JobProgress } from './gpu/jobs/context.ts'
export { listRuns } from './localRuns.ts'

/** Phases of a run on one machine, in their order. */
export const localPhases = ['train', 'distil', 'generate', 'curate', 'evaluate', 'report'] as const
export type LocalPhase = (typeof localPhases)[number]

export interface LocalRunOptions {
  readonly store: Store
  readonly platform: Platform
  readonly project: string
  readonly device: Device
  /** Default: all cores. */
  readonly threads?: number
  /** Default: all. */
  readonly phases?: readonly LocalPhase[]
  readonly evaluation?: EvaluateOptions
  readonly title?: string
  /** What a person would need per image, for the comparison in the report. Default: 20 minutes for 58 parts, in proportion. */
  readonly minutesPerImage?: number
  /** US dollars. Default 15. */
  readonly hourlyRate?: number
  readonly links?: ReportData['links']
  readonly onPhase?: (phase: LocalPhase, state: 'begin' | 'end') => void
  readonly onProgress?: (progress: JobProgress) => void
  readonly signal?: AbortSignal
  readonly now?: () => Date
}

export interface LocalRunResult {
  readonly version: RunVersion
  readonly run: Run
  /** Where the report phase was asked for. */
  readonly report: ReportData | undefined
}

/**
 * Trains, distils, generates, curates, evaluates and reports, as far as asked for and not done yet.
 * @throws what a phase throws, after the run's record says so; the signal's reason where it was interrupted
 */
export async function runLocally(options: LocalRunOptions): Promise<LocalRunResult> {
  const { store, platform, project: id, now = () => new Date(), phases = localPhases } = options
  const keys = projectKeys(platform, id)
  const project = await readProject({ store, keys })
  const painted = await readAnnotations({ store, keys }, project)
  const inputs = runInputs(
    project,
    painted.map(({ annotation }) => annotation),
  )
  const version = await openRun(store, keys, inputs, now)
  const engine = openEngine({ device: options.device, threads: options.threads ?? availableParallelism() })
  try {
    const state: { report?: ReportData } = {}
    for (const phase of localPhases.filter((name) => phases.includes(name))) {
      const context: JobContext = {
        store,
        keys,
        run: keys.run(version),
        version,
        engine,
        onProgress: options.onProgress,
        signal: options.signal,
      }
      await recorded(context, phase, options, now, async () => {
        if (phase === 'report') state.report = await writeReport(context, options, now)
        else await work(context, phase, options, now)
      })
    }
    const { value: run } = await updateJson(store, keys.run(version).run, Run, (record) =>
      phases.includes('curate') ? completeRun(record) : record,
    )
    return { version, run, report: state.report }
  } finally {
    await engine.close()
  }
}

async function work(context: JobContext, phase: LocalPhase, options: LocalRunOptions, now: () => Date): Promise<void> {
  const milliseconds = (): number => now().getTime()
  switch (phase) {
    case 'train':
      return train(context, milliseconds)
    case 'distil':
      return distil(context, milliseconds)
    case 'generate':
      return generateAll(context)
    case 'curate':
      return curate(context)
    case 'evaluate':
      return evaluate(context, options.evaluation ?? quickEvaluation)
    case 'report':
      return
  }
}

/** Keeps the run's record true around a phase: begun, done, failed or stopped, and how long it took. */
async function recorded(
  context: JobContext,
  phase: LocalPhase,
  { onPhase, signal }: LocalRunOptions,
  now: () => Date,
  body: () => Promise<void>,
): Promise<void> {
  const change = (step: (run: Run) => Run) => updateJson(context.store, context.run.run, Run, step)
  signal?.throwIfAborted()
  const start = now()
  const machine = machineOf(context.engine)
  await change((run) => beginPhase(run, phase, start, machine))
  onPhase?.(phase, 'begin')
  try {
    await body()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    await change((run) => (signal?.aborted ? stopRun(run) : failRun(run, message, phase)))
    throw error
  }
  const seconds = (now().getTime() - start.getTime()) / 1000
  await change((run) => {
    const known = run.phases.find(({ name }) => name === phase)
    return known?.finishedAt === undefined ? endPhase(run, phase, now(), seconds) : run
  })
  onPhase?.(phase, 'end')
}

/** Above this resolution an image keeps all cores busy by itself; below, one thread per image wastes less. */
const largeResolution = 256

/** All shards, several at a time where images are small. */
async function generateAll(context: JobContext): Promise<void> {
  const project = await readProject(context)
  const { engine, onProgress } = context
  const total = project.settings.samplesPerRun
  const small = project.generator.resolution <= largeResolution && engine.device === 'cpu'
  const workers = small ? Math.min(engine.threads, shardCount(project)) : 1
  const queue = Array.from({ length: shardCount(project) }, (_, shard) => shard).values()
  const state = { done: 0 }
  const onImage = (count: number): void => {
    state.done += count
    onProgress?.({ phase: 'generate', task: 'generating labelled images', done: state.done, total, unit: 'images' })
  }
  const runQueue = async (own: Engine): Promise<void> => {
    for (const shard of queue) await generate({ ...context, engine: own }, shard, onImage)
  }
  if (!small) return runQueue(engine)
  const engines = Array.from({ length: workers }, () => openEngine({ device: engine.device, threads: 1 }))
  try {
    await Promise.all(engines.map(runQueue))
  } finally {
    await Promise.all(engines.map((own) => own.close()))
  }
}

async function writeReport(context: JobContext, options: LocalRunOptions, now: () => Date): Promise<ReportData> {
  const run = await readRun(context.store, context.run)
  const project = await readProject(context)
  const generating = run.phases.find(({ name }) => name === 'generate')?.seconds ?? 0
  return report(context, {
    title: options.title ?? project.id,
    finishedAt: now().toISOString(),
    phases: run.phases.filter(({ finishedAt }) => finishedAt !== undefined).map(({ name, seconds }) => ({ name: phaseTitles[name], seconds })),
    machine: machineFacts(machineOf(context.engine)),
    imagesPerSecond: generating > 0 ? project.settings.samplesPerRun / generating : 0,
    minutesPerImage: options.minutesPerImage ?? Math.max(0.1, Math.round((200 * project.labelList.parts.length) / 58) / 10),
    hourlyRate: options.hourlyRate ?? 15,
    links: options.links ?? [],
  })
}

async function readRun(store: Store, keys: RunKeys): Promise<Run> {
  const stored = await getJson(store, keys.run, Run)
  if (stored === undefined) throw new MissingError(keys.run)
  return stored.value
}

const phaseTitles: Readonly<Record<PhaseName, string>> = {
  train: 'Train the interpreter',
  distil: 'Distil the student',
  generate: 'Generate',
  curate: 'Curate',
  evaluate: 'Evaluate',
  report: 'Report',
  publish: 'Publish',
}

function machineOf({ device, threads, runtimeVersion = 'not loaded' }: Engine): RunMachine {
  return {
    device,
    description: cpus()[0]?.model ?? 'unknown processor',
    threads,
    versions: { sixteen: packageVersion(), node: process.versions.node, onnxruntime: runtimeVersion },
  }
}

function machineFacts({ device, description, threads, versions }: RunMachine): ReportFact[] {
  return [
    { name: 'Processor', value: description },
    { name: 'Threads', value: String(threads) },
    { name: 'Memory', value: `${(totalmem() / 2 ** 30).toFixed(0)} GiB` },
    { name: 'Device', value: device },
    { name: 'System', value: `${type()} ${release()}` },
    ...Object.entries(versions).map(([name, value]) => ({ name, value })),
  ]
}

/** @see projectKeys */
export type { ProjectKeys }
