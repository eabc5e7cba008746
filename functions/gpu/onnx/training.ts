/**
 * The training loop: many optimizer steps per session call, inside a Scan, so that parameters and optimizer state stay
 * where they are between steps. The data stays in the worker too; each step picks its minibatch by indices.
 */
import type { Engine, KeptTensor, Session } from './engine.ts'
import { float32, float32Data, type HostTensor } from './hostTensor.ts'
import { buildModel } from './model.ts'
import { countName, stateShapes, type TrainingDefinition, trainingGraph } from './trainingGraph.ts'
import { requireFit, TrainingError, type TrainingState } from './trainingState.ts'

export type { StepInput, StepOutput, TrainingDefinition } from './trainingGraph.ts'
export {
  initialState,
  requireSameCircumstances,
  type TrainingCircumstances,
  TrainingError,
  type TrainingState,
} from './trainingState.ts'

export interface Trainer {
  /** Steps done. */
  readonly step: number
  /**
   * Runs as many steps as the batches have slices.
   * @param batches [steps, …] for every name of the definition's batch
   * @returns loss and records of every step, [steps, …]
   * @throws TrainingError where a loss is not finite, with the step's number from 1; the state stays that before the call
   */
  train(batches: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>>
  /** The whole state, enough to go on to the same weights. */
  state(): Promise<TrainingState>
  /** Parameters, buffers and optimizer state as they lie in the worker: feeds for other graphs, valid until the next step. */
  readonly tensors: Readonly<Record<string, KeptTensor>>
  close(): Promise<void>
}

/**
 * Builds the training graph, loads it, and moves state and data into the engine's worker.
 * @param data tensors for every name of the definition's data; their arrays are emptied
 * @param options.handOverState whether those of the state are, too
 * @throws TrainingError where the state belongs to another training
 */
export async function openTrainer(
  engine: Engine,
  definition: TrainingDefinition,
  state: TrainingState,
  data: Readonly<Record<string, HostTensor>> = {},
  { handOverState = false }: { readonly handOverState?: boolean } = {},
): Promise<Trainer> {
  requireFit(definition, state)
  const session = await engine.load(buildModel({ name: 'training', outputs: trainingGraph(definition) }).bytes)
  const kept = await keepAll(engine, data, false)
  const names = [...stateShapes(definition).keys()]
  return new ScanTrainer(
    engine,
    session,
    names,
    kept,
    await keepAll(engine, feedsOf(state), !handOverState),
    state.step,
  )
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
    if (bad !== -1) {
      await this.#engine.drop(Object.values(kept))
      throw new TrainingError(
        `the loss became ${losses[bad]} at step ${this.#step + bad + 1}: lower the learning rate, or look for wrong input`,
      )
    }
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

function prefixed<Value>(prefix: string, values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]))
}
