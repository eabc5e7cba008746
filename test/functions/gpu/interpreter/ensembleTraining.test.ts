import { afterAll, describe, expect, test } from 'vitest'
import {
  type EnsembleShape,
  ensembleTensors,
  parameterShapes,
  statisticShapes,
} from '../../../../functions/gpu/interpreter/ensemble.ts'
import {
  balancedPartWeights,
  ensembleEvaluation,
  ensembleTraining,
} from '../../../../functions/gpu/interpreter/ensembleTraining.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, type HostTensor, int32 } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { float32Values, readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { initialState, openTrainer } from '../../../../functions/gpu/onnx/training.ts'
import { closeTo } from '../../../support/close.ts'
import { fixture } from '../../../support/fixture.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

// Three PyTorch loops in float64, one for each member: test/fixtures/training/make.py.
const { tensors, metadata } = readSafetensors(fixture('training/ensemble.safetensors'))
const shape: EnsembleShape = { members: 3, features: 6, hidden: [8, 5], parts: 4 }
const [pixels, batch, steps] = [60, 16, 15]

function stored(name: string) {
  const tensor = tensors.get(name)
  if (tensor === undefined) throw new TypeError(`the reference has no ${name}`)
  return tensor
}
const floats = (name: string): Float32Array => float32Values(name, stored(name)).slice()
const integers = (name: string, axes: readonly number[]): HostTensor => {
  const { data } = stored(name)
  if (!(data instanceof Int32Array)) throw new TypeError(`${name} should hold int32`)
  return int32(data.slice(), axes)
}

const trained = (prefix: string): ReadonlyMap<string, HostTensor> => {
  const names = Object.keys({ ...parameterShapes(shape), ...statisticShapes(shape) })
  const values = new Map(names.map((name) => [name, floats(`${prefix}/${name}`)]))
  return ensembleTensors({ shape, tensors: values })
}

async function train(partWeights?: Float32Array) {
  const learningRate = Number(metadata.learningRate)
  const options = { pixels, batch, learningRate, ...(partWeights && { partWeights }) }
  const definition = ensembleTraining(shape, options)
  const trainer = await openTrainer(engine, definition, initialState(definition, trained('start')), {
    features: float32(floats('features'), [pixels, shape.features]),
    labels: integers('labels', [pixels]),
  })
  const { memberLoss } = await trainer.train({ pixels: integers('pixels', [steps, shape.members, batch]) })
  const state = await trainer.state()
  await trainer.close()
  return { losses: float32Data(memberLoss, 'memberLoss'), state: state.tensors }
}

/**
 * Adam moves a weight by its whole rate even where the gradient is nothing but rounding, so that float32 and float64 part
 * after a few steps: PyTorch's own float32 ends up to 4e-3 away from this reference, its losses 1.4e-4.
 */
const tolerance = { losses: 1e-3, weights: 1e-2 }

describe('the members, trained together in one graph', () => {
  test('have the losses, weights and running statistics of PyTorch loops, one for each member', async () => {
    const { losses, state } = await train()
    const before = 3 * shape.members
    closeTo(losses.subarray(0, before), floats('losses').subarray(0, before), 2e-6)
    closeTo(losses, floats('losses'), tolerance.losses)
    for (const [name, { data }] of trained('end')) {
      const actual = float32Data(state.get(name), name)
      closeTo(actual, Array.from(data, Number), tolerance.weights)
    }
  })

  test('train the same with a weight of 1 for each part', async () => {
    closeTo((await train(Float32Array.of(1, 1, 1, 1))).losses, floats('losses'), tolerance.losses)
  })

  test('count a pixel by the weight of its part', async () => {
    const { losses } = await train(Float32Array.of(0, 0, 0, 0))
    expect(new Set(losses)).toEqual(new Set([0]))
  })
})

test('held-out evaluation uses the running statistics, as PyTorch does', async () => {
  const session = await engine.load(ensembleEvaluation(shape).bytes)
  const labels = integers('labels', [pixels]).data
  const { results } = await session.run({
    ...Object.fromEntries(trained('end')),
    features: float32(floats('features'), [pixels, shape.features]),
    labels: int32([...labels, ...labels, ...labels].map(Number), [shape.members, pixels]),
  })
  closeTo(float32Data(results.memberLoss, 'memberLoss'), floats('end/evaluation'), 1e-5)
})

test('balanced weights give every part that occurs the same sum, and pixels a mean of 1', () => {
  const labels = Uint8Array.of(0, 0, 0, 0, 0, 0, 2, 2)
  const weights = balancedPartWeights(labels, 4)
  closeTo(weights, [8 / 12, 0, 2, 0], 1e-6)
})
