/** A fit's checkpoint as a safetensors file: the training's state, the best weights so far, and the loss curve. */
import { z } from 'zod'
import type { FitCheckpoint } from './fit.ts'
import { float32, type HostTensor } from './hostTensor.ts'
import { letGo } from './letGo.ts'
import { metadataJson } from './metadataJson.ts'
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors.ts'
import { type TrainingCircumstances, TrainingError } from './trainingState.ts'

const statePrefix = 'state/'
const bestPrefix = 'best/'

/**
 * @param options.handOver lets each array of the state go as soon as it is in the file: both never exist whole at a time
 * @throws TrainingError where the state is not float32
 */
export function encodeCheckpoint(
  { state, best, history }: FitCheckpoint,
  { device, runtimeVersion, threads }: TrainingCircumstances,
  { handOver = false }: { readonly handOver?: boolean } = {},
): Uint8Array {
  const tensors = new Map<string, StoredTensor>()
  for (const [prefix, group] of [[statePrefix, state.tensors] as const, [bestPrefix, best] as const])
    for (const [name, { shape, data }] of group) {
      if (!(data instanceof Float32Array)) throw new TrainingError(`state ${name} is not float32`)
      tensors.set(prefix + name, { dtype: 'F32', shape, data })
    }
  const metadata = { step: String(state.step), history: JSON.stringify(history), device, runtimeVersion, threads }
  return writeSafetensors(tensors, metadata, (name) => {
    const tensor = name.startsWith(statePrefix) ? tensors.get(name) : undefined
    if (handOver && tensor !== undefined) letGo([tensor.data])
  })
}

const LossPoint = z.object({
  step: z.int(),
  trainLoss: z.number(),
  heldOutLoss: z.number(),
  heldOutIou: z.number().optional(),
})

const Metadata = z.object({
  step: z.string().regex(/^\d+$/).transform(Number).pipe(z.int()),
  history: metadataJson.pipe(z.array(LossPoint)),
  device: z.string().min(1),
  runtimeVersion: z.string().min(1),
  threads: z.string().min(1),
})

/**
 * Reads what `encodeCheckpoint` wrote.
 * @throws SafetensorsError where the file is damaged or cut short
 * @throws TrainingError where it holds something else
 */
export function decodeCheckpoint(bytes: Uint8Array): {
  readonly checkpoint: FitCheckpoint
  readonly circumstances: TrainingCircumstances
} {
  const { tensors, metadata } = readSafetensors(bytes)
  const facts = Metadata.safeParse(metadata)
  if (!facts.success)
    throw new TrainingError(`the file holds no training state:\n${z.prettifyError(facts.error)}`, {
      cause: facts.error,
    })
  const { step, history, ...circumstances } = facts.data
  const state = { step, tensors: float32Group(tensors, statePrefix) }
  return { checkpoint: { state, best: float32Group(tensors, bestPrefix), history }, circumstances }
}

function float32Group(tensors: ReadonlyMap<string, StoredTensor>, prefix: string): ReadonlyMap<string, HostTensor> {
  const entries = [...tensors].filter(([name]) => name.startsWith(prefix))
  return new Map(
    entries.map(([name, { dtype, shape, data }]) => {
      if (dtype !== 'F32' || !(data instanceof Float32Array))
        throw new TrainingError(`${name} is ${dtype}, expected F32: the file holds no training state`)
      return [name.slice(prefix.length), float32(data.slice(), shape)] as const
    }),
  )
}
