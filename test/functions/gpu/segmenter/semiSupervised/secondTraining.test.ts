import { afterAll, expect, test } from 'vitest'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data } from '../../../../../functions/gpu/onnx/hostTensor.ts'
import { mul, sub } from '../../../../../functions/gpu/onnx/ops/elementwise.ts'
import { reduceSum } from '../../../../../functions/gpu/onnx/ops/reduce.ts'
import { adam, polynomialDecay, sgd } from '../../../../../functions/gpu/onnx/optimizers.ts'
import { input, type Tensor } from '../../../../../functions/gpu/onnx/tensor.ts'
import { initialState, openTrainer, type TrainingDefinition } from '../../../../../functions/gpu/onnx/training.ts'
import { SegmenterError } from '../../../../../functions/gpu/segmenter/errors.ts'
import { discriminatorParameters } from '../../../../../functions/gpu/segmenter/semiSupervised/discriminator.ts'
import { secondTraining } from '../../../../../functions/gpu/segmenter/semiSupervised/secondTraining.ts'
import { closeTo } from '../../../../support/close.ts'
import {
  dataNames,
  feeds,
  given,
  givenValues,
  inputs,
  lossesOf,
  parameterNames,
  tinyDiscriminator,
} from './s4ganFixture.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const optimizer = adam({ learningRate: polynomialDecay(0.01, 10), beta2: 0.99 })
const second = secondTraining('second', discriminatorParameters(tinyDiscriminator), optimizer)

test('a second network’s parameters and optimizer state are buffers of its own', () => {
  const names = Object.keys(second.shapes)
  expect(names).toHaveLength(3 * parameterNames.length)
  expect(names.every((name) => name.startsWith('second.'))).toBe(true)
  expect(second.shapes['second.fc.weight:squares']).toEqual([1, 16])
})

test('a discriminator that learns beside another network ends with the weights that PyTorch’s Adam finds', async () => {
  const of = (tensor: Tensor | undefined): Tensor => {
    if (tensor === undefined) throw new TypeError('a tensor is missing')
    return tensor
  }
  const definition: TrainingDefinition = {
    parameters: { weight: [2] },
    buffers: second.shapes,
    data: Object.fromEntries(dataNames.map((name) => [name, { dtype: given(name).dtype, shape: given(name).shape }])),
    batch: { count: { dtype: 'float32', shape: [] } },
    optimizer: sgd({ learningRate: 0.25 }),
    step: ({ parameters, buffers, data, batch }) => {
      const losses = lossesOf({ ...inputs(), ...data, parameters: second.parameters(buffers) })
      const error = sub(of(parameters.weight), 1)
      return {
        loss: reduceSum(mul(error, error)),
        buffers: second.next(losses.discriminator, buffers, of(batch.count)),
      }
    },
  }
  const start = new Map([
    ['weight', float32(Float32Array.of(3, -1))],
    ...parameterNames.map((name) => [`second.${name}`, given(`weights.${name}`)] as const),
  ])
  const copies = Object.fromEntries(dataNames.map((name) => [name, structuredClone(feeds[name] ?? given(name))]))
  const trainer = await openTrainer(engine, definition, initialState(definition, start), copies)
  await trainer.train({ count: float32(Float32Array.of(0, 1, 2)) })
  const { tensors } = await trainer.state()
  await trainer.close()
  for (const name of parameterNames)
    closeTo(float32Data(tensors.get(`second.${name}`), name), givenValues(`final.${name}`), 2e-5)
  // The distance to 1 is halved three times.
  closeTo(float32Data(tensors.get('weight'), 'weight'), [1.25, 0.75], 1e-6)
})

test('says which of its buffers is missing', () => {
  const scalar = input('loss', 'float32', [])
  expect(() => second.parameters({})).toThrow(new SegmenterError('a training step lost its second.conv1.weight'))
  expect(() => second.next(scalar, {}, scalar)).toThrow(SegmenterError)
})
