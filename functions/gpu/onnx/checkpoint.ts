/** A fit's checkpoint as a safetensors file. */
import { z } from 'zod'
import type { FitCheckpoint } from './fit.ts'
import { float32 } from './hostTensor.ts'
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors.ts'
import { type TrainingCircumstances, TrainingError } from './training.ts'

const LossPoint = z.object({ step: z.int(), trainLoss: z.number(), heldOutLoss: z.number() })
const bestPrefix = 'best/'
const statePrefix = 'state/'

export function encodeCheckpoint(
  { state, best, history }: FitCheckpoint,
  { device, runtimeVersion, threads }: TrainingCircumstances,
): Uint8Array {
  const tensors = new Map<string, StoredTensor>()
  for (const [prefix, group] of [[statePrefix, state.tensors] as const, [bestPrefix, best] as const])
    for (const [name, { shape, data }] of group) {
      if (!(data instanceof Float32Array)) throw new TrainingError(`state ${name} is not float32`)
      tensors.set(prefix + name, { dtype: 'F32', shape, data })
    }
  const metadata = { step: String(state.step), history: JSON.stringify(history), device, runtimeVersion, threads }
  return writeSafetensors(tensors, metadata)
}

/** Reads what `encodeCheckpoint` wrote. @throws SafetensorsError, TrainingError where the file is something else */
export function decodeCheckpoint(bytes: Uint8Array): {
  readonly checkpoint: FitCheckpoint
  readonly circumstances: TrainingCircumstances
} {
  const { tensors, metadata } = readSafetensors(bytes)
  const step = z.coerce.number().int().min(0).safeParse(metadata.step)
  const history = z.array(LossPoint).safeParse(parseJson(metadata.history))
  if (!step.success || !history.success) throw new TrainingError('the file is no checkpoint: it names no step and history')
  const group = (prefix: string) =>
    new Map(
      [...tensors].flatMap(([name, { dtype, shape, data }]) => {
        if (!name.startsWith(prefix)) return []
        if (dtype !== 'F32' || !(data instanceof Float32Array)) throw new TrainingError(`${name} is ${dtype}, not F32`)
        return [[name.slice(prefix.length), float32(data.slice(), shape)] as const]
      }),
    )
  const { device = '', runtimeVersion = '', threads = '' } = metadata
  return {
    checkpoint: { state: { step: step.data, tensors: group(statePrefix) }, best: group(bestPrefix), history: history.data },
    circumstances: { device, runtimeVersion, threads },
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
