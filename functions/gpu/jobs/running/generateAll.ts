import { type Project, shardCount } from '../../../../schemas/project.ts'
import { type Engine, openEngine } from '../../onnx/engine.ts'
import { type JobContext, readProject } from '../context.ts'
import { generate } from '../generate.ts'
import type { PhaseResult } from './recordedPhase.ts'

/** One of several equal shares of a run's shards: `index`, `index + of`, `index + 2·of`, … */
export interface Share {
  readonly index: number
  readonly of: number
}

export const allShards: Share = { index: 0, of: 1 }

/** Above this resolution an image keeps all cores busy by itself; below, one thread per image wastes less. */
const largeResolution = 256

/** Whether images are made with one thread each. All that makes them must agree, so that they come out the same. */
export function hasSmallImages({ generator }: Project, { device }: Pick<Engine, 'device'>): boolean {
  return generator.resolution <= largeResolution && device === 'cpu'
}

/**
 * All shards of a share, several at a time where images are small. When one fails, the others stop at their next safe point.
 */
export async function generateAll(context: JobContext, { index, of }: Share = allShards): Promise<PhaseResult> {
  const project = await readProject(context)
  const { engine, onProgress } = context
  const total = project.settings.samplesPerRun
  const failure = new AbortController()
  const signal = AbortSignal.any([failure.signal, ...(context.signal === undefined ? [] : [context.signal])])
  const count = Math.max(0, Math.ceil((shardCount(project.settings) - index) / of))
  const queue = Array.from({ length: count }, (_, place) => index + place * of).values()
  const state = { done: 0, worked: false }
  const onImage = (count: number): void => {
    state.done += count
    onProgress?.({ phase: 'generate', task: 'generating labelled images', done: state.done, total, unit: 'images' })
  }
  const work = async (own: Engine): Promise<void> => {
    try {
      for (const shard of queue)
        if (await generate({ ...context, engine: own, signal }, shard, onImage)) state.worked = true
    } catch (error) {
      failure.abort(error)
      throw error
    }
  }
  if (!hasSmallImages(project, engine)) {
    await work(engine)
    return { worked: state.worked }
  }
  const workers = Math.min(engine.threads, count)
  const engines = Array.from({ length: workers }, () => openEngine({ device: engine.device, threads: 1 }))
  try {
    // All have come to rest before anything is closed or told.
    const ends = await Promise.allSettled(engines.map(work))
    context.signal?.throwIfAborted()
    if (failure.signal.aborted) throw failure.signal.reason
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  } finally {
    await Promise.all(engines.map((own) => own.close()))
  }
  return { worked: state.worked, runtimeVersion: engines[0]?.runtimeVersion }
}
