import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { float32, uint8Data } from '../../../../../functions/gpu/onnx/hostTensor.ts'
import { input } from '../../../../../functions/gpu/onnx/tensor.ts'
import { SegmenterError } from '../../../../../functions/gpu/segmenter/errors.ts'
import { initialTensors } from '../../../../../functions/gpu/segmenter/initialTensors.ts'
import { initialDeepLab } from '../../../../../functions/gpu/segmenter/initialWeights.ts'
import { segmenterGraph } from '../../../../../functions/gpu/segmenter/segmenterGraph.ts'
import { withoutAbsent } from '../../../../../functions/gpu/segmenter/semiSupervised/fusion.ts'
import {
  classifierParameters,
  classifierStatistics,
  type ImageClassifier,
} from '../../../../../functions/gpu/segmenter/semiSupervised/imageClassifier.ts'
import { labelWithFusion } from '../../../../../functions/gpu/segmenter/semiSupervised/labelWithFusion.ts'
import { evaluate } from '../../onnx/evaluate.ts'
import { shapesData, side, tinySegmenter } from '../shapesData.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const segmenter = { network: tinySegmenter, tensors: initialDeepLab(tinySegmenter, 3) }
const images = shapesData(18, 9)

/** Finds every class of any image as likely as this. */
function constantClassifier(probabilities: readonly number[]): ImageClassifier {
  const shapes = { ...classifierParameters(tinySegmenter), ...classifierStatistics(tinySegmenter) }
  const bias = Float32Array.from(probabilities, (probability) => Math.log(probability / (1 - probability)))
  const fixed = [
    ['fc.weight', float32(new Float32Array(3 * 64), [3, 64])],
    ['fc.bias', float32(bias)],
  ] as const
  return { network: tinySegmenter, tensors: new Map([...initialTensors(shapes, 1, 'classifier'), ...fixed]) }
}

async function ownLabels(): Promise<Uint8Array> {
  const parts = ['background', 'disc', 'square'].map((name, id) => ({ id, name, color: '#000000' as const }))
  const session = await engine.load(segmenterGraph(segmenter, { version: 'v1', parts }).bytes)
  const { results } = await session.run({
    image: { dtype: 'uint8', shape: [images.count, side, side, 3], data: images.images },
  })
  await session.release()
  return uint8Data(results.labels, 'labels')
}

describe('fusion', () => {
  const logits = float32(Float32Array.of(5, -400, 1, 400, 3, 2), [1, 3, 1, 2])
  const fused = (presence: readonly number[]) =>
    evaluate(
      engine,
      { fused: withoutAbsent(input('logits', 'float32', [1, 3, 1, 2]), input('presence', 'float32', [1, 3]), 0.2) },
      { logits, presence: float32(Float32Array.from(presence), [1, 3]) },
    )

  test('leaves classes that are present as they are, the threshold included', async () => {
    expect((await fused([0.25, 0.9, 0.2])).fused).toEqual([5, -400, 1, 400, 3, 2])
  })

  test('rules out those below', async () => {
    const { fused: found = [] } = await fused([0.1, 0.9, 0.3])
    expect(found.slice(2)).toEqual([1, 400, 3, 2])
    expect(Math.max(...found.slice(0, 2))).toBeLessThan(-1e38)
  })

  test('stays finite where all classes are absent', async () => {
    const { fused: found = [] } = await fused([0.1, 0.1, 0.1])
    expect(new Set(found).size).toBe(1)
    expect(found.every(Number.isFinite)).toBe(true)
  })
})

describe('label maps', () => {
  test('without a classifier are the segmenter’s own', async () => {
    expect(await labelWithFusion(engine, { segmenter }, images)).toEqual(await ownLabels())
  })

  test('with a classifier that finds all classes are the segmenter’s own', async () => {
    const classifier = constantClassifier([0.9, 0.5, 0.25])
    expect(await labelWithFusion(engine, { segmenter, classifier }, images)).toEqual(await ownLabels())
  })

  test('hold no class that the classifier calls absent, and are what they were elsewhere', async () => {
    const own = await ownLabels()
    expect(new Set(own)).toEqual(new Set([0, 1, 2]))
    const fused = await labelWithFusion(engine, { segmenter, classifier: constantClassifier([0.9, 0.1, 0.9]) }, images)
    expect(new Set(fused)).toEqual(new Set([0, 2]))
    expect(fused.filter((_, at) => own[at] !== 1)).toEqual(own.filter((label) => label !== 1))
  })

  test('are all the one class that is left, and the first where none is', async () => {
    const left = async (probabilities: readonly number[]) =>
      new Set(await labelWithFusion(engine, { segmenter, classifier: constantClassifier(probabilities) }, images))
    expect(await left([0.1, 0.1, 0.9])).toEqual(new Set([2]))
    expect(await left([0.1, 0.1, 0.1])).toEqual(new Set([0]))
  })

  test('keep to the threshold that is given', async () => {
    const classifier = constantClassifier([0.9, 0.1, 0.9])
    const own = await ownLabels()
    expect(await labelWithFusion(engine, { segmenter, classifier }, images, { absentBelow: 0.05 })).toEqual(own)
  })
})

describe('labelling refuses', () => {
  test.each([
    ['no images', { ...images, count: 0, images: new Uint8Array() }, {}, 'there are 0 images'],
    [
      'images of another size',
      { ...images, size: { width: 16, height: 64 } },
      {},
      '16×64 pixels, the network takes 32×32',
    ],
    ['too few bytes', { ...images, images: images.images.subarray(3) }, {}, '55296 bytes, not 55293'],
    ['a threshold that is no probability', images, { absentBelow: 1.5 }, 'absentBelow is 1.5'],
  ])('%s', async (_, wrong, options, message) => {
    const labelled = labelWithFusion(engine, { segmenter }, wrong, options)
    await expect(labelled).rejects.toThrow(SegmenterError)
    await expect(labelled).rejects.toThrow(message)
  })

  test('a classifier of other classes', async () => {
    const { tensors } = constantClassifier([0.5, 0.5, 0.5])
    const classifier = { network: { ...tinySegmenter, classes: 4 }, tensors }
    await expect(labelWithFusion(engine, { segmenter, classifier }, images)).rejects.toThrow('knows 4 classes')
  })

  test('to go on when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(labelWithFusion(engine, { segmenter }, images, { signal })).rejects.toThrow('enough')
  })
})
