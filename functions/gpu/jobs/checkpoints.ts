/** Keeps the state of a training in the store, so that a killed job goes on where it was. */
import { packageVersion } from '../../../integrations/packageFiles.ts'
import type { PhaseName } from '../../../schemas/run.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../onnx/checkpoint.ts'
import type { Engine } from '../onnx/engine.ts'
import type { FitCheckpoint, FitHooks } from '../onnx/fit.ts'
import { letGo } from '../onnx/letGo.ts'
import { SafetensorsError } from '../onnx/safetensors.ts'
import { type TrainingCircumstances, TrainingError } from '../onnx/training.ts'
import { type JobContext, tuningOf } from './context.ts'
import { startRuntime } from './startRuntime.ts'
import { write } from './writing.ts'

/** The next checkpoint waits at least so many times as long as the last one took. */
const leastRest = 19
/** In intervals of the tuning: on a slow disk more would be lost with a kill than saved by writing less. */
const longestRest = 4

/** What is trained. */
export type TrainingName = PhaseName | 'segmenter'

/**
 * The state that an earlier attempt left. Undefined where there is none, where it was made by another device, version or
 * number of threads, or from other inputs, so that it would not lead to the same weights, or where it is damaged: then
 * training starts again.
 * @param inputs names what the training is made from, where a run does not fix it
 */
export async function readCheckpoint(
  { store, run, engine }: Pick<JobContext, 'store' | 'run' | 'engine'>,
  training: TrainingName,
  inputs?: string,
): Promise<FitCheckpoint | undefined> {
  const stored = await store.get(run.checkpoint(training))
  if (stored === undefined) return undefined
  try {
    const { checkpoint, circumstances: saved } = decodeCheckpoint(stored.bytes)
    await startRuntime(engine)
    const { device, threads, runtimeVersion } = circumstancesOf(engine, inputs)
    const same = saved.device === device && saved.threads === threads && saved.runtimeVersion === runtimeVersion
    return same ? checkpoint : undefined
  } catch (error) {
    if (error instanceof SafetensorsError || error instanceof TrainingError) return undefined
    throw error
  }
}

/**
 * Saves a checkpoint after a look at the held-out pixels, not more often than the tuning's interval, and so that saving takes
 * about a twentieth of the time.
 * @param now milliseconds
 */
export function checkpointHook(
  context: Pick<JobContext, 'store' | 'run' | 'engine' | 'tuning'>,
  training: TrainingName,
  now: () => number,
  inputs?: string,
): NonNullable<FitHooks['onCheckpoint']> {
  const { store, run, engine } = context
  const { checkpointInterval } = tuningOf(context)
  let saved = now()
  let took = 0
  return async (fetch) => {
    const rest = Math.min(leastRest * took, longestRest * checkpointInterval)
    if (now() - saved < Math.max(checkpointInterval, rest)) return
    const begun = now()
    const bytes = encodeCheckpoint(await fetch(), circumstancesOf(engine, inputs), { handOver: true })
    await write(store, run.checkpoint(training), bytes)
    letGo([bytes])
    saved = now()
    took = saved - begun
  }
}

/** Forgets the state once its result is stored. */
export async function dropCheckpoint(
  { store, run }: Pick<JobContext, 'store' | 'run'>,
  training: TrainingName,
): Promise<void> {
  await store.remove(run.checkpoint(training))
}

/** The runtime decides the bits of a step, this package's version what a step is. */
function circumstancesOf(
  { device, threads, runtimeVersion = 'unknown' }: Engine,
  inputs: string | undefined,
): TrainingCircumstances {
  const made = inputs === undefined ? '' : `, from ${inputs}`
  return { device, threads: String(threads), runtimeVersion: `${runtimeVersion}, sixteen ${packageVersion()}${made}` }
}
