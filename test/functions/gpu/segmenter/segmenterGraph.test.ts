import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, type Session } from '../../../../functions/gpu/onnx/engine.ts'
import { float32Data, type HostTensor, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { input, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { deepLab } from '../../../../functions/gpu/segmenter/deeplab.ts'
import { SegmenterError } from '../../../../functions/gpu/segmenter/errors.ts'
import { foldNormalization } from '../../../../functions/gpu/segmenter/foldedNetwork.ts'
import type { Segmenter } from '../../../../functions/gpu/segmenter/segmenter.ts'
import { segmenterNetwork } from '../../../../functions/gpu/segmenter/segmenter.ts'
import { decodeSegmenter, encodeSegmenter } from '../../../../functions/gpu/segmenter/segmenterFile.ts'
import { segmenterGraph } from '../../../../functions/gpu/segmenter/segmenterGraph.ts'
import { closeTo } from '../../../support/close.ts'
import { type TinyName, tinyShapes, tinyTensor, tinyTensors } from './tinyNetwork.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const size = { width: 56, height: 40 }
const segmenterOf = (name: TinyName): Segmenter => ({
  network: { ...tinyShapes[name], size },
  tensors: tinyTensors(name, 'initial.'),
})
const partsOf = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, name: `part ${id}`, color: '#000000' }))

describe.each(['bottleneck', 'basic'] as const)('a network of %s blocks with its normalization folded', (name) => {
  test('gives the logits of PyTorch without any normalization', async () => {
    const { network, tensors } = segmenterOf(name)
    const folded = foldNormalization(network, tensors)
    expect([...folded.keys()].filter((key) => key.includes('running'))).toEqual([])
    const parameters = Object.fromEntries(
      [...folded].map(([key, { shape }]): [string, Tensor] => [key, input(key, 'float32', shape)]),
    )
    const image = input('image', 'float32', [4, 3, size.height, size.width])
    const { logits } = deepLab(network, image, { parameters, statistics: {}, mode: 'folded' })
    const session = await engine.load(buildModel({ name: 'folded', outputs: { logits } }).bytes)
    const { results } = await session.run({ ...Object.fromEntries(folded), image: tinyTensor(name, 'images') })
    await session.release()
    const wanted = float32Data(tinyTensor(name, 'inferred'), 'inferred')
    closeTo(float32Data(results.logits, 'logits'), wanted, { absolute: 1e-4, relative: 1e-4 })
  })
})

describe('the ONNX file', () => {
  const segmenter = segmenterOf('basic')
  const { classes } = segmenter.network
  const pixels = size.width * size.height
  const bytes = Uint8Array.from({ length: 3 * pixels * 3 }, (_, place) => (place * 7919) % 256)
  const imageOf = (count: number, first = 0): HostTensor => ({
    dtype: 'uint8',
    shape: [count, size.height, size.width, 3],
    data: bytes.slice(3 * pixels * first, 3 * pixels * (first + count)),
  })
  const model = segmenterGraph(segmenter, { version: 'sixteen-v1', parts: partsOf(classes) })
  let session: Session
  beforeAll(async () => {
    session = await engine.load(model.bytes)
  })

  test('takes and gives what it says', () => {
    expect(model.inputs).toEqual({ image: { dtype: 'uint8', shape: ['batch', 40, 56, 3] } })
    expect(model.outputs).toEqual({
      labels: { dtype: 'uint8', shape: ['batch', 40, 56] },
      confidence: { dtype: 'float32', shape: ['batch', 40, 56] },
    })
  })

  test('labels each pixel with its likeliest part, and says how likely', async () => {
    const { results } = await session.run({ image: imageOf(3) })
    const [labels, confidence] = [uint8Data(results.labels, 'labels'), float32Data(results.confidence, 'confidence')]
    const logits = await logitsOf(segmenter, imageOf(3))
    const wanted = Array.from({ length: 3 * pixels }, (_, place) => {
      const [image, pixel] = [Math.floor(place / pixels), place % pixels]
      const scores = Array.from(
        { length: classes },
        (_, part) => logits[(image * classes + part) * pixels + pixel] ?? 0,
      )
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0)
      const best = Math.max(...scores)
      return { part: scores.indexOf(best), share: Math.exp(best) / total }
    })
    expect([...labels]).toEqual(wanted.map(({ part }) => part))
    closeTo(
      confidence,
      wanted.map(({ share }) => share),
      1e-4,
    )
  })

  test('labels an image the same whatever else is in its batch', async () => {
    const together = uint8Data((await session.run({ image: imageOf(3) })).results.labels, 'labels')
    const alone = uint8Data((await session.run({ image: imageOf(1, 1) })).results.labels, 'labels')
    expect(alone).toEqual(together.subarray(pixels, 2 * pixels))
  })

  test('is refused for another number of parts', () => {
    expect(() => segmenterGraph(segmenter, { version: 'sixteen-v1', parts: partsOf(3) })).toThrow(
      new SegmenterError('the segmenter tells 4 parts apart, the label list has 3'),
    )
  })
})

/** By a graph of the network as it was trained, fed with images that are normalized here. */
async function logitsOf({ network, tensors }: Segmenter, { data, shape }: HostTensor): Promise<Float32Array> {
  const [count = 0, height = 0, width = 0] = shape
  const [means, deviations] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ]
  const planes = Float32Array.from({ length: data.length }, (_, place) => {
    const pixel = place % (width * height)
    const [image, channel] = [Math.floor(place / (3 * width * height)), Math.floor(place / (width * height)) % 3]
    const level = Number(data[(image * width * height + pixel) * 3 + channel])
    return (level / 255 - (means[channel] ?? 0)) / (deviations[channel] ?? 1)
  })
  const inputs = Object.fromEntries(
    [...tensors].map(([key, tensor]): [string, Tensor] => [key, input(key, 'float32', tensor.shape)]),
  )
  const image = input('image', 'float32', [count, 3, height, width])
  const { logits } = deepLab(network, image, { parameters: inputs, statistics: inputs, mode: 'infer' })
  const session = await engine.load(buildModel({ name: 'plain', outputs: { logits } }).bytes)
  const feeds = { image: { dtype: 'float32', shape: [count, 3, height, width], data: planes } } as const
  const { results } = await session.run({ ...Object.fromEntries(tensors), ...feeds })
  await session.release()
  return float32Data(results.logits, 'logits')
}

describe('a segmenter’s own file', () => {
  const segmenter = segmenterOf('bottleneck')
  test('gives the same segmenter back', () => {
    const read = decodeSegmenter(encodeSegmenter(segmenter, { version: 'sixteen-v1' }))
    expect(read.network).toEqual(segmenter.network)
    expect(new Set(read.tensors.keys())).toEqual(new Set(segmenter.tensors.keys()))
    for (const [name, { data }] of read.tensors) expect(data).toEqual(segmenter.tensors.get(name)?.data)
  })

  test('is refused where a tensor is missing or the network is another', () => {
    const tensors = new Map([...segmenter.tensors].filter(([name]) => name !== 'classifier.2.bias'))
    expect(() => decodeSegmenter(encodeSegmenter({ ...segmenter, tensors }))).toThrow(
      new SegmenterError('classifier.2.bias should have shape [4], the file has none'),
    )
    const network = { ...segmenter.network, classes: 5 }
    expect(() => decodeSegmenter(encodeSegmenter({ ...segmenter, network }))).toThrow(
      'classifier.4.weight should have shape [5,4,1,1], the file has [3,4,1,1]',
    )
  })
})

test('a network of an impossible size is refused', () => {
  const choice = { backbone: 'small', outputStride: 16, classes: 3 } as const
  for (const width of [16, 40.5, 4096])
    expect(() => segmenterNetwork({ ...choice, size: { width, height: 64 } })).toThrow(
      new SegmenterError(`the width of a segmenter's images is ${width}, expected 32 to 2048 pixels`),
    )
})
