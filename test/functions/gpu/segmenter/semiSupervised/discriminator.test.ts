import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { concat, transpose } from '../../../../../functions/gpu/onnx/ops/layout.ts'
import { oneHot } from '../../../../../functions/gpu/onnx/ops/softmax.ts'
import { GraphError, input } from '../../../../../functions/gpu/onnx/tensor.ts'
import { SegmenterError } from '../../../../../functions/gpu/segmenter/errors.ts'
import {
  discriminator,
  discriminatorParameters,
} from '../../../../../functions/gpu/segmenter/semiSupervised/discriminator.ts'
import { closeTo } from '../../../../support/close.ts'
import { evaluate } from '../../onnx/evaluate.ts'
import { feeds, givenValues, inputs } from './s4ganFixture.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

test('has the shapes of the paper: 64 channels, doubled three times, over image and classes', () => {
  expect(discriminatorParameters({ classes: 21, width: 64 })).toEqual({
    'conv1.weight': [64, 24, 4, 4],
    'conv1.bias': [64],
    'conv2.weight': [128, 64, 4, 4],
    'conv2.bias': [128],
    'conv3.weight': [256, 128, 4, 4],
    'conv3.bias': [256],
    'conv4.weight': [512, 256, 4, 4],
    'conv4.bias': [512],
    'fc.weight': [1, 512],
    'fc.bias': [1],
  })
})

test('gives the logits and features of PyTorch', async () => {
  const { images, labels, parameters } = inputs()
  const pairs = concat([images, transpose(oneHot(labels, 3), [0, 3, 1, 2])], 1)
  const { logits, features } = discriminator(pairs, parameters)
  expect([logits.shape, features.shape]).toEqual([[2], [2, 16]])
  const { images: fed = [], labels: fedLabels = [], ...rest } = feeds
  const weights = Object.fromEntries(Object.entries(rest).filter(([name]) => name in parameters))
  const found = await evaluate(engine, { logits, features }, { images: fed, labels: fedLabels, ...weights })
  closeTo(found.logits ?? [], givenValues('painted.logits'), 1e-5)
  closeTo(found.features ?? [], givenValues('painted.features'), 1e-5)
})

describe('refuses', () => {
  const pairs = input('pairs', 'float32', [1, 6, 32, 24])

  test('parameters of which one is missing', () => {
    const { parameters } = inputs()
    const { 'conv3.bias': _, ...rest } = parameters
    expect(() => discriminator(pairs, rest)).toThrow(new SegmenterError('the discriminator has no tensor conv3.bias'))
  })

  test('another number of classes', () => {
    expect(() => discriminator(input('pairs', 'float32', [1, 7, 32, 24]), inputs().parameters)).toThrow(GraphError)
  })

  test('images of which its layers would leave nothing', () => {
    expect(() => discriminator(input('pairs', 'float32', [1, 6, 32, 8]), inputs().parameters)).toThrow(
      'leaves no pixels',
    )
  })
})
