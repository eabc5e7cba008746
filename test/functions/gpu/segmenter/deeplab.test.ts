import { createHash } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { elementCount } from '../../../../functions/gpu/onnx/shape.ts'
import { GraphError, input } from '../../../../functions/gpu/onnx/tensor.ts'
import { initialState, openTrainer } from '../../../../functions/gpu/onnx/training.ts'
import {
  deepLab,
  deepLabParameters,
  deepLabShape,
  deepLabStatistics,
} from '../../../../functions/gpu/segmenter/deeplab.ts'
import { SegmenterError } from '../../../../functions/gpu/segmenter/errors.ts'
import type { Mode, Shapes, Tensors } from '../../../../functions/gpu/segmenter/layer.ts'
import { closeTo } from '../../../support/close.ts'
import { jsonFixture } from '../../../support/fixture.ts'
import { type TinyName, tinyShapes, tinyTensor, tinyTensors, tinyTraining } from './tinyNetwork.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const Listing = z.object({ parameters: z.number(), tensors: z.number(), sha256: z.string() })
const torchvision = z.record(z.string(), Listing).parse(jsonFixture('segmenter/torchvision.json'))

function listing(parameters: Shapes, statistics: Shapes) {
  const shapes = Object.entries({ ...parameters, ...statistics })
  const text = shapes.map(([name, shape]) => `${name} [${shape.join(', ')}]`).toSorted()
  return {
    parameters: Object.values(parameters).reduce((sum, shape) => sum + elementCount(shape), 0),
    tensors: shapes.length,
    sha256: createHash('sha256').update(text.join('\n')).digest('hex'),
  }
}

const onlyBackbone = (shapes: Shapes): Shapes =>
  Object.fromEntries(Object.entries(shapes).filter(([name]) => name.startsWith('backbone.')))

describe('names and shapes are those of torchvision', () => {
  test.each(['resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152'] as const)('%s', (name) => {
    const shape = deepLabShape(name, 21)
    const own = listing(onlyBackbone(deepLabParameters(shape)), onlyBackbone(deepLabStatistics(shape)))
    expect(own).toEqual(torchvision[name])
  })

  test('deeplabv3_resnet50', () => {
    const shape = deepLabShape('resnet50', 21, 8)
    expect(listing(deepLabParameters(shape), deepLabStatistics(shape))).toEqual(torchvision.deeplabv3_resnet50)
  })
})

function tinyGraph(name: TinyName, mode: Mode) {
  const shape = tinyShapes[name]
  const inputs = (shapes: Shapes): Tensors =>
    Object.fromEntries(Object.entries(shapes).map(([key, lengths]) => [key, input(key, 'float32', lengths)]))
  return deepLab(shape, input('image', 'float32', [4, 3, 40, 56]), {
    parameters: inputs(deepLabParameters(shape)),
    statistics: inputs(deepLabStatistics(shape)),
    mode,
  })
}

describe.each(['bottleneck', 'basic'] as const)('a tiny network of %s blocks', (name) => {
  test.each([
    ['infer', 'inferred'],
    ['train', 'trained'],
  ] as const)('in mode %s gives the logits of PyTorch', async (mode, expected) => {
    const { logits } = tinyGraph(name, mode)
    const session = await engine.load(buildModel({ name: 'deeplab', outputs: { logits } }).bytes)
    const unread = mode === 'train' ? /running_/ : /^$/
    const weights = [...tinyTensors(name, 'initial.')].filter(([key]) => !unread.test(key))
    const { results } = await session.run({ ...Object.fromEntries(weights), image: tinyTensor(name, 'images') })
    await session.release()
    expect(results.logits?.shape).toEqual([4, tinyShapes[name].classes, 40, 56])
    const wanted = float32Data(tinyTensor(name, expected), expected)
    closeTo(float32Data(results.logits, 'logits'), wanted, { absolute: 1e-4, relative: 1e-4 })
  })

  test('learns with the losses, weights and running statistics of PyTorch', async () => {
    const definition = tinyTraining(name)
    const data = ['images', 'labels', 'classWeights'].map((key) => [key, tinyTensor(name, key)] as const)
    const start = initialState(definition, tinyTensors(name, 'initial.'))
    const trainer = await openTrainer(engine, definition, start, Object.fromEntries(data))
    const { loss } = await trainer.train({ step: float32(new Float32Array(3)) })
    const { tensors } = await trainer.state()
    await trainer.close()
    closeTo(float32Data(loss, 'loss'), float32Data(tinyTensor(name, 'losses'), 'losses'), { relative: 1e-4 })
    for (const [key, expected] of tinyTensors(name, 'final.'))
      closeTo(float32Data(tensors.get(key), key), float32Data(expected, key), { absolute: 1e-3, relative: 1e-3 })
  })

  test('keeps the statistics that it is given in inference', () => {
    const { statistics } = tinyGraph(name, 'infer')
    expect(Object.keys(statistics)).toEqual(Object.keys(deepLabStatistics(tinyShapes[name])))
    for (const [key, { node }] of Object.entries(statistics)) expect(node).toMatchObject({ kind: 'input', name: key })
  })
})

test('an image of any size gets logits of its size', () => {
  for (const [height, width] of [
    [33, 65],
    [64, 40],
  ] as const) {
    const shape = deepLabShape('small', 5)
    const inputs = (shapes: Shapes): Tensors =>
      Object.fromEntries(Object.entries(shapes).map(([key, lengths]) => [key, input(key, 'float32', lengths)]))
    const { logits } = deepLab(shape, input('image', 'float32', [2, 3, height, width]), {
      parameters: inputs(deepLabParameters(shape)),
      statistics: inputs(deepLabStatistics(shape)),
      mode: 'infer',
    })
    expect(logits.shape).toEqual([2, 5, height, width])
  }
})

describe('a segmenter refuses', () => {
  const shape = tinyShapes.basic
  test('a single class', () => {
    expect(() => deepLabParameters({ ...shape, classes: 1 })).toThrow(
      new SegmenterError('a segmenter tells two classes or more apart, not 1'),
    )
  })

  test('weights of which one is missing', () => {
    const image = input('image', 'float32', [1, 3, 32, 32])
    expect(() => deepLab(shape, image, { parameters: {}, statistics: {}, mode: 'infer' })).toThrow(
      /^the network has no tensor backbone\./,
    )
  })

  test('images of a size that is not known', () => {
    const image = input('image', 'float32', [1, 3, 'height', 'width'])
    expect(() => deepLab(shape, image, { parameters: {}, statistics: {}, mode: 'infer' })).toThrow(GraphError)
  })
})
