/** One training step, as its author describes it, and the graph that runs many of them inside a Scan. */
import { gradients } from './autodiff.ts'
import { add } from './ops/elementwise.ts'
import type { Optimizer } from './optimizers.ts'
import { scan } from './scan.ts'
import { GraphError, input, type Tensor, type TensorType } from './tensor.ts'

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

/** The name under which the number of steps done travels with the state. */
export const countName = 'step'

/** @returns the outputs `loss`, the records, and `next.<state>` of a graph that runs as many steps as its batch has slices */
export function trainingGraph(definition: TrainingDefinition): Tensors {
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
      const stateOf = (name: string): Tensor => defined(state.get(name))
      const next = new Map([
        ...Object.entries(output.buffers ?? {}),
        ...optimized(optimizer, output.loss, current, stateOf, defined(step)),
      ])
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

/**
 * The next value of each parameter, and of its optimizer's state as `<parameter>:<name>`.
 * @param loss is differentiated for these parameters
 * @param stateOf the present state by that name
 * @param step a scalar that counts from 0
 */
export function optimized(
  optimizer: Optimizer,
  loss: Tensor,
  parameters: Tensors,
  stateOf: (name: string) => Tensor,
  step: Tensor,
): ReadonlyMap<string, Tensor> {
  const slopes = gradients(loss, Object.values(parameters))
  const next = new Map<string, Tensor>()
  for (const [index, [name, parameter]] of Object.entries(parameters).entries()) {
    const own = optimizer.stateNames.map((stateName) => `${name}:${stateName}`)
    const update = optimizer.update(parameter, defined(slopes[index]), own.map(stateOf), step)
    next.set(name, update.parameter)
    for (const [place, stateName] of own.entries()) next.set(stateName, defined(update.state[place]))
  }
  return next
}

/** float32 shapes of the whole state: parameters, buffers, and optimizer state as `<parameter>:<name>`. */
export function stateShapes({
  parameters,
  buffers = {},
  optimizer,
}: TrainingDefinition): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map(Object.entries({ ...parameters, ...buffers }))
  for (const [name, shape] of Object.entries(parameters))
    for (const stateName of optimizer.stateNames) shapes.set(`${name}:${stateName}`, shape)
  return shapes
}

function mapValues<In, Out>(values: Readonly<Record<string, In>>, change: (value: In, name: string) => Out) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]))
}

function defined(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new GraphError('a training step did not return every state')
  return tensor
}
