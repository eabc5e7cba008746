/** Keeps the state of a training in the store, so that a killed job goes on where it was. */
import { overwrite } from '../../../integrations/storage/index.ts'
import type { PhaseName } from '../../../schemas/run.ts'
import type { FitCheckpoint, FitHooks } from '../onnx/fit.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../onnx/checkpoint.ts'
import type { JobContext } from './context.ts'

/** Seconds between two checkpoints: a large state takes a while to write. */
const interval = 5_000

/** @returns the state that an earlier attempt left, if it fits this machine; otherwise training starts again */
export async function readCheckpoint(context: JobContext, phase: PhaseName): Promise<FitCheckpoint | undefined> {
  const stored = await context.store.get(context.run.checkpoint(phase))
  if (stored === undefined) return undefined
  const { checkpoint, circumstances } = decodeCheckpoint(stored.bytes)
  const { device, threads } = context.engine
  return circumstances.device === device && circumstances.threads === String(threads) ? checkpoint : undefined
}

/** Saves a checkpoint after a look at the held-out pixels, not more often than every few seconds. */
export function checkpointHook(context: JobContext, phase: PhaseName, now: () => number): NonNullable<FitHooks['onCheckpoint']> {
  const { store, engine } = context
  const key = context.run.checkpoint(phase)
  let saved = now()
  return async (fetch) => {
    if (now() - saved < interval) return
    const circumstances = {
      device: engine.device,
      threads: String(engine.threads),
      runtimeVersion: engine.runtimeVersion ?? '',
    }
    const bytes = encodeCheckpoint(await fetch(), circumstances)
    await overwrite(store, key, bytes)
    saved = now()
  }
}

/** Forgets the state once its result is stored. */
export async function dropCheckpoint({ store, run }: JobContext, phase: PhaseName): Promise<void> {
  await store.remove(run.checkpoint(phase))
}
