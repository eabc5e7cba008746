/**
 * The training loop: many optimizer steps per session call, inside a Scan, so that parameters and optimizer state stay
 * where they are between steps. The data stays in the worker too; each step picks its minibatch by indices.
 */
import { gradients } from './autodiff.ts'
import type { Engine, KeptTensor, Session } from './engine.ts'
import { float32, float32Data, type HostTensor } from './hostTensor.ts'
import { buildModel } from './model.ts'
import { add } from './ops/elementwise.ts'
import type { Optimizer } from './optimizers.ts'
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors.ts'
import { scan } from './scan.ts'
import { elementCount } from './shape.ts'
import { GraphError, input, type Tensor, type TensorType } from './tensor.ts'

/** Training produced a number that is not finite. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError'
}

type Tensors = Readonly<Record<string, Tensor>>
type Types = Readonly<Record<string, TensorType>>

export interface StepInput {
  readonly parameters: Tensors
  readonly buffers: Tensors
  /** Tensors that every step reads whole, like the features of all pixels. */
  readonly data: Tensors
  /** What this step gets, like the indices of its minibatch. */
  readonly batch: Tensors
}

export interface StepOutput {
  /** A single number, whose gradient drives the optimizer. */
  readonly loss: Tensor
  /** The next value of every buffer. */
  readonly buffers?: Tensors
  /** Further values to record per step. */
  readonly records?: Tensors
}

export interface TrainingDefinition {
  /** float32 shapes of what is learned. */
  readonly parameters: Readonly<Record<string, readonly number[]>>
  /** float32 shapes of what is carried along without gradients, like running statistics. */
  readonly buffers?: Readonly<Record<string, readonly number[]>>
  readonly data?: Types
  readonly batch: Types
  readonly step: (input: StepInput) => StepOutput
  readonly optimizer: Optimizer
}

export interface TrainingState {
  /** Steps done. */
  readonly step: number
  /** Parameters and buffers by name, optimizer state as `<parameter>:<name>`. */
  readonly tensors: ReadonlyMap<string, HostTensor>
}

export interface Trainer {
  /** Steps done. */
  readonly step: number
  /**
   * Runs as many steps as the batches have slices.
   * @param batches [steps, …] for every name of the definition's batch
   * @returns loss and records of every step, [steps, …]
   * @throws TrainingError where a loss is not finite: the state is then of no use
   */
  train(batches: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>>
  /** The whole state, enough to go on to the same weights. */
  state(): Promise<TrainingState>
  /** Parameters, buffers and optimizer state as they lie in the worker: feeds for other graphs, valid until the next step. */
  readonly tensors: Readonly<Record<string, KeptTensor>>
  close(): Promise<void>
}

const countName = 'step'

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
 * Builds the training graph, loads it, and moves state and data into the engine's worker.
 * @param data tensors for every name of the definition's data; their arrays are emptied
 */
export async function openTrainer(
  engine: Engine,
  definition: TrainingDefinition,
  state: TrainingState,
  data: Readonly<Record<string, HostTensor>> = {},
): Promise<Trainer> {
  const session = await engine.load(buildModel({ name: 'training', outputs: trainingGraph(definition) }).bytes)
  const kept = await keepAll(engine, data, false)
  const names = [...stateShapes(definition).keys()]
  return new ScanTrainer(engine, session, names, kept, await keepAll(engine, feedsOf(state), true), state.step)
}

class ScanTrainer implements Trainer {
  readonly #engine: Engine
  readonly #session: Session
  readonly #names: readonly string[]
  readonly #data: Readonly<Record<string, KeptTensor>>
  #state: Readonly<Record<string, KeptTensor>>
  #step: number

  constructor(
    engine: Engine,
    session: Session,
    names: readonly string[],
    data: Readonly<Record<string, KeptTensor>>,
    state: Readonly<Record<string, KeptTensor>>,
    step: number,
  ) {
    this.#engine = engine
    this.#session = session
    this.#names = names
    this.#data = data
    this.#state = state
    this.#step = step
  }

  get step(): number {
    return this.#step
  }

  get tensors(): Readonly<Record<string, KeptTensor>> {
    return this.#state
  }

  async train(batches: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>> {
    const steps = Object.values(batches)[0]?.shape[0] ?? 0
    const keep = [countName, ...this.#names].map((name) => `next.${name}`)
    const feeds = { ...prefixed('data', this.#data), ...prefixed('batch', batches), ...prefixed('state', this.#state) }
    const { results, kept } = await this.#session.run(feeds, keep)
    const losses = float32Data(results.loss, 'loss')
    const bad = losses.findIndex((loss) => !Number.isFinite(loss))
    if (bad !== -1)
      throw new TrainingError(
        `the loss became ${losses[bad]} at step ${this.#step + bad + 1}: lower the learning rate, or look for wrong input`,
      )
    await this.#engine.drop(Object.values(this.#state))
    this.#state = Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name.slice('next.'.length), tensor]))
    this.#step += steps
    return results
  }

  async state(): Promise<TrainingState> {
    const tensors = new Map<string, HostTensor>()
    for (const name of this.#names) {
      const kept = this.#state[name]
      if (kept !== undefined) tensors.set(name, await this.#engine.fetch(kept))
    }
    return { step: this.#step, tensors }
  }

  async close(): Promise<void> {
    await this.#engine.drop([...Object.values(this.#state), ...Object.values(this.#data)])
    await this.#session.release()
  }
}

/** @returns the outputs `loss`, the records, and `next.<state>` of a graph that runs as many steps as its batch has slices */
function trainingGraph(definition: TrainingDefinition): Tensors {
  const { parameters, buffers = {}, data = {}, batch, optimizer } = definition
  const shapes = stateShapes(definition)
  const names = [...shapes.keys()]
  const batchNames = Object.keys(batch)
  const dataInputs = mapValues(data, (type, name) => input(`data.${name}`, type.dtype, type.shape))
  const recordNames: string[] = []
  const result = scan({
    label: 'steps',
    states: [
      input(`state.${countName}`, 'float32', []),
      ...names.map((name) => input(`state.${name}`, 'float32', shapes.get(name) ?? [])),
    ],
    scanned: batchNames.map((name) => {
      const type = batch[name]
      if (type === undefined) throw new GraphError(`no type for batch ${name}`)
      return input(`batch.${name}`, type.dtype, ['steps', ...type.shape])
    }),
    body: ([step, ...states], slices) => {
      const state = new Map(names.map((name, index) => [name, defined(states[index])]))
      const pick = (keys: readonly string[]): Tensors =>
        Object.fromEntries(keys.map((key) => [key, defined(state.get(key))]))
      const current = pick(Object.keys(parameters))
      const output = definition.step({
        parameters: current,
        buffers: pick(Object.keys(buffers)),
        data: dataInputs,
        batch: Object.fromEntries(batchNames.map((name, index) => [name, defined(slices[index])])),
      })
      const slopes = gradients(output.loss, Object.values(current))
      const next = new Map<string, Tensor>(Object.entries(output.buffers ?? {}))
      for (const [index, [name, parameter]] of Object.entries(current).entries()) {
        const own = optimizer.stateNames.map((stateName) => `${name}:${stateName}`)
        const before = own.map((stateName) => defined(state.get(stateName)))
        const update = optimizer.update(parameter, defined(slopes[index]), before, defined(step))
        next.set(name, update.parameter)
        for (const [place, stateName] of own.entries()) next.set(stateName, defined(update.state[place]))
      }
      const records = output.records ?? {}
      recordNames.push(...Object.keys(records))
      return {
        states: [add(defined(step), 1), ...names.map((name) => defined(next.get(name)))],
        stacked: [output.loss, ...Object.values(records)],
      }
    },
  })
  const outputs: Record<string, Tensor> = {}
  for (const [index, name] of ['loss', ...recordNames].entries()) outputs[name] = defined(result.stacked[index])
  for (const [index, name] of [countName, ...names].entries()) outputs[`next.${name}`] = defined(result.states[index])
  return outputs
}

function stateShapes({
  parameters,
  buffers = {},
  optimizer,
}: TrainingDefinition): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map(Object.entries({ ...parameters, ...buffers }))
  for (const [name, shape] of Object.entries(parameters))
    for (const stateName of optimizer.stateNames) shapes.set(`${name}:${stateName}`, shape)
  return shapes
}

function feedsOf({ step, tensors }: TrainingState): Readonly<Record<string, HostTensor>> {
  return { [countName]: float32(Float32Array.of(step), []), ...Object.fromEntries(tensors) }
}

async function keepAll(
  engine: Engine,
  tensors: Readonly<Record<string, HostTensor>>,
  copy: boolean,
): Promise<Readonly<Record<string, KeptTensor>>> {
  const kept: Record<string, KeptTensor> = {}
  for (const [name, tensor] of Object.entries(tensors)) kept[name] = await engine.keep(tensor, { copy })
  return kept
}

/** Where and with what a state was trained: the same again gives the same bits. */
export interface TrainingCircumstances {
  readonly device: string
  readonly runtimeVersion: string
  readonly threads: string
}

/** A training state as a safetensors file. */
export function encodeTrainingState(state: TrainingState, circumstances: TrainingCircumstances): Uint8Array {
  const tensors = new Map<string, StoredTensor>()
  for (const [name, { shape, data }] of state.tensors) {
    if (!(data instanceof Float32Array)) throw new TrainingError(`state ${name} is not float32`)
    tensors.set(name, { dtype: 'F32', shape, data })
  }
  return writeSafetensors(tensors, { step: String(state.step), ...circumstances })
}

/** Reads what `encodeTrainingState` wrote. @throws SafetensorsError, TrainingError */
export function decodeTrainingState(bytes: Uint8Array): {
  readonly state: TrainingState
  readonly circumstances: TrainingCircumstances
} {
  const { tensors, metadata } = readSafetensors(bytes)
  const step = Number(metadata.step)
  if (!Number.isSafeInteger(step) || step < 0)
    throw new TrainingError('the file holds no training state: it names no step')
  const entries = [...tensors].map(([name, { dtype, shape, data }]) => {
    if (dtype !== 'F32' || !(data instanceof Float32Array))
      throw new TrainingError(`state ${name} is ${dtype}, not F32`)
    return [name, float32(data.slice(), shape)] as const
  })
  const { device = '', runtimeVersion = '', threads = '' } = metadata
  return { state: { step, tensors: new Map(entries) }, circumstances: { device, runtimeVersion, threads } }
}

function prefixed<Value>(prefix: string, values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]))
}

function mapValues<In, Out>(values: Readonly<Record<string, In>>, change: (value: In, name: string) => Out) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]))
}

function defined(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new GraphError('a training step did not return every state')
  return tensor
}
