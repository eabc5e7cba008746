import { afterAll, describe, expect, test } from 'vitest'
import { constant } from '../../../../functions/gpu/onnx/constant.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, type HostTensor } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { mul, sub } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { reduceSum } from '../../../../functions/gpu/onnx/ops/reduce.ts'
import {
  adam,
  cosineDecay,
  type Optimizer,
  polynomialDecay,
  sgd,
  stepDecay,
} from '../../../../functions/gpu/onnx/optimizers.ts'
import { input, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { initialState, openTrainer, type TrainingDefinition } from '../../../../functions/gpu/onnx/training.ts'
import { dependencies, inOrder } from '../../../../functions/gpu/onnx/walk.ts'
import { closeTo } from '../../../support/close.ts'
import { jsonFixture } from '../../../support/fixture.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

/** Made by PyTorch: test/fixtures/training/make.py. */
interface Reference {
  readonly curvature: readonly number[]
  readonly start: readonly number[]
  readonly targets: readonly (readonly number[])[]
  /** Parameters after each step. */
  readonly cases: Readonly<Record<string, readonly (readonly number[])[]>>
}
const reference = jsonFixture<Reference>('training/optimizers.json')
const steps = reference.targets.length

/** The loss ½·Σ curvature·(p − target)², whose gradient is curvature·(p − target). */
function bowl(optimizer: Optimizer, curvature: readonly number[]): TrainingDefinition {
  return {
    parameters: { p: [curvature.length] },
    batch: { target: { dtype: 'float32', shape: [curvature.length] } },
    optimizer,
    step: ({ parameters: { p }, batch: { target } }) => {
      if (p === undefined || target === undefined) throw new TypeError('p or target is missing')
      const distance = sub(p, target)
      const loss = reduceSum(mul(mul(distance, distance), constant(Float32Array.from(curvature, (c) => c / 2))))
      return { loss, records: { before: p } }
    },
  }
}

/** @returns the parameters after each step */
async function path(
  optimizer: Optimizer,
  { start, targets, curvature }: Pick<Reference, 'start' | 'targets' | 'curvature'>,
): Promise<readonly number[]> {
  const definition = bowl(optimizer, curvature)
  const first = new Map<string, HostTensor>([['p', float32(Float32Array.from(start))]])
  const trainer = await openTrainer(engine, definition, initialState(definition, first))
  const target = float32(Float32Array.from(targets.flat()), [targets.length, start.length])
  const { before } = await trainer.train({ target })
  const after = (await trainer.state()).tensors.get('p')
  await trainer.close()
  return [...float32Data(before, 'before').slice(start.length), ...float32Data(after, 'p')]
}

describe('an optimizer takes the steps that PyTorch’s takes', () => {
  const optimizers: Readonly<Record<string, Optimizer>> = {
    sgd: sgd({ learningRate: 0.1 }),
    'sgd with momentum': sgd({ learningRate: 0.1, momentum: 0.9 }),
    'sgd with weight decay': sgd({ learningRate: 0.1, weightDecay: 0.05 }),
    'sgd with momentum and weight decay': sgd({ learningRate: 0.05, momentum: 0.8, weightDecay: 0.1 }),
    adam: adam({ learningRate: 0.1 }),
    'adam with other decays and epsilon': adam({ learningRate: 0.05, beta1: 0.5, beta2: 0.9, epsilon: 0.01 }),
    'sgd with cosine decay': sgd({ learningRate: cosineDecay(0.2, steps, 0.02) }),
    'sgd with step decay': sgd({ learningRate: stepDecay(0.2, 5, 0.3) }),
    'sgd with polynomial decay': sgd({ learningRate: polynomialDecay(0.2, steps, 0.9) }),
  }

  test('every case of the reference is compared', () => {
    expect(Object.keys(optimizers)).toEqual(Object.keys(reference.cases))
  })

  test.each(Object.entries(optimizers))('%s', async (name, optimizer) => {
    closeTo(await path(optimizer, reference), reference.cases[name]?.flat() ?? [], 2e-5)
  })
})

describe('in closed form', () => {
  const still = { start: [3], targets: new Array(20).fill([1]), curvature: [2] }

  test('gradient descent shrinks the distance by 1 − rate·curvature each step', async () => {
    const expected = still.targets.map((_, step) => 1 + 2 * (1 - 0.1 * 2) ** (step + 1))
    closeTo(await path(sgd({ learningRate: 0.1 }), still), expected, 1e-6)
  })

  test('Adam’s first step is the rate, against the sign of the gradient, whatever its size', async () => {
    const wide = { start: [1, 1, 1, 1], targets: [[1.5, 0.5, 101, -9]], curvature: [0.01, 1, 3, 100] }
    closeTo(await path(adam({ learningRate: 0.25 }), wide), [1.25, 0.75, 1.25, 0.75], 1e-5)
  })

  test('a schedule goes on as it ended: cosine at its last rate, polynomial at zero', async () => {
    const long = { start: [3], targets: new Array(8).fill([1]), curvature: [1] }
    const distances = (rates: readonly number[]): number[] => {
      let distance = 2
      return rates.map((rate) => {
        distance *= 1 - rate
        return 1 + distance
      })
    }
    const cosine = [0.5, 0.3 + 0.2 * Math.SQRT1_2, 0.3, 0.3 - 0.2 * Math.SQRT1_2, 0.1, 0.1, 0.1, 0.1]
    closeTo(await path(sgd({ learningRate: cosineDecay(0.5, 4, 0.1) }), long), distances(cosine), 1e-6)
    const polynomial = [0.5, 0.375, 0.25, 0.125, 0, 0, 0, 0]
    closeTo(await path(sgd({ learningRate: polynomialDecay(0.5, 4, 1) }), long), distances(polynomial), 1e-6)
  })
})

test.each([
  ['SGD', sgd({ learningRate: polynomialDecay(0.1, 10), momentum: 0.9, weightDecay: 1e-4 })],
  ['Adam', adam({ learningRate: cosineDecay(0.1, 10) })],
])('%s multiplies a kernel by nothing of fewer axes, which ONNX Runtime does element by element', (_, optimizer) => {
  const kernel = (name: string): Tensor => input(name, 'float32', [8, 4, 1, 1])
  const state = optimizer.stateNames.map(kernel)
  const { parameter, ...next } = optimizer.update(kernel('p'), kernel('g'), state, input('step', 'float32', []))
  const wide = inOrder([parameter, ...next.state]).filter(
    (node) => node.kind === 'operator' && node.outputs[0]?.shape.length === 4 && node.operator.type !== 'Reshape',
  )
  expect(wide.length).toBeGreaterThan(4)
  for (const node of wide) for (const { shape } of dependencies(node)) expect(shape).toHaveLength(4)
})
