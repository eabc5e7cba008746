import { z } from 'zod'
import { MissingError, type Store } from '../../../integrations/storage/index.ts'
import { decodeEnsemble, type Ensemble } from '../interpreter/ensemble.ts'
import type { LossPoint } from '../onnx/fit.ts'
import { readSafetensors } from '../onnx/safetensors.ts'
import { JobError } from './context.ts'

const History = z.array(z.object({ step: z.int(), trainLoss: z.number(), heldOutLoss: z.number() }))

/** The loss curve as it is stored in the metadata of the weights that it led to. */
export function historyMetadata(history: readonly LossPoint[]): Record<string, string> {
  return { history: JSON.stringify(history) }
}

/**
 * Weights of an interpreter or student with their loss curve.
 * @throws MissingError where they are not there, JobError where the file is damaged
 */
export async function readClassifier(
  store: Store,
  key: string,
): Promise<{ readonly classifier: Ensemble; readonly history: readonly LossPoint[] }> {
  const stored = await store.get(key)
  if (stored === undefined) throw new MissingError(key)
  try {
    const history = History.parse(JSON.parse(readSafetensors(stored.bytes).metadata.history ?? '[]'))
    return { classifier: decodeEnsemble(stored.bytes), history }
  } catch (cause) {
    throw new JobError(`${key} is damaged: remove it and train again, which makes it anew`, { cause })
  }
}
