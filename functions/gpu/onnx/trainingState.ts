/** The state of a training between two steps: how it begins, and where it may go on. */
import { float32, type HostTensor } from './hostTensor.ts'
import { elementCount } from './shape.ts'
import { stateShapes, type TrainingDefinition } from './trainingGraph.ts'

/** Training cannot go on: a number is not finite, or a state does not fit. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError'
}

export interface TrainingState {
  /** Steps done. */
  readonly step: number
  /** Parameters and buffers by name, optimizer state as `<parameter>:<name>`. */
  readonly tensors: ReadonlyMap<string, HostTensor>
}

/** The state before the first step: given parameters and buffers, optimizer state zero. */
export function initialState(definition: TrainingDefinition, values: ReadonlyMap<string, HostTensor>): TrainingState {
  const tensors = new Map<string, HostTensor>()
  for (const [name, shape] of stateShapes(definition)) {
    const value = values.get(name) ?? float32(new Float32Array(elementCount(shape)), shape)
    if (!name.includes(':') && !values.has(name)) throw new TrainingError(`no initial value for ${name}`)
    if (value.shape.join() !== shape.join())
      throw new TrainingError(`${name} should have shape [${shape}], its initial value has [${value.shape}]`)
    tensors.set(name, value)
  }
  return { step: 0, tensors }
}

/**
 * Checks that a state, say from a file, belongs to this very training.
 * @throws TrainingError names the first tensor that is missing, of another shape, or unknown
 */
export function requireFit(definition: TrainingDefinition, { tensors }: TrainingState): void {
  const shapes = stateShapes(definition)
  const remedy = 'this state belongs to another training; start again without it'
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw new TrainingError(`the state has no ${name}: ${remedy}`)
    if (tensor.shape.join() !== shape.join())
      throw new TrainingError(`${name} has shape [${tensor.shape}], this training needs [${shape}]: ${remedy}`)
  }
  const foreign = [...tensors.keys()].find((name) => !shapes.has(name))
  if (foreign !== undefined) throw new TrainingError(`the state holds ${foreign}, which is unknown here: ${remedy}`)
}

/** Where and with what a state was trained: the same again gives the same bits. */
export interface TrainingCircumstances {
  readonly device: string
  readonly runtimeVersion: string
  readonly threads: string
}

/**
 * A training that goes on elsewhere would end with other weights than one that was never interrupted.
 * @throws TrainingError says what differs, and how to go on
 */
export function requireSameCircumstances(saved: TrainingCircumstances, current: TrainingCircumstances): void {
  const differences = [
    ['device', saved.device, current.device],
    ['ONNX Runtime', saved.runtimeVersion, current.runtimeVersion],
    ['threads', saved.threads, current.threads],
  ].filter(([, before, now]) => before !== now)
  if (differences.length === 0) return
  const list = differences.map(([what, before, now]) => `${what} ${before || 'unknown'}, now ${now || 'unknown'}`)
  throw new TrainingError(
    `this training was begun with other means (${list.join('; ')}), so that it would not end with the same weights: ` +
      'go on with the same device, version and number of threads, or remove the checkpoint to start again',
  )
}
