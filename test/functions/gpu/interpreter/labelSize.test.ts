import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { classify } from '../../../../functions/gpu/interpreter/classifier.ts'
import { ensembleTensor, parameterShapes, statisticShapes } from '../../../../functions/gpu/interpreter/ensemble.ts'
import { exactLabeler } from '../../../../functions/gpu/interpreter/exactLabeler.ts'
import { factoryGraph } from '../../../../functions/gpu/interpreter/factoryGraph.ts'
import type { LabelSize } from '../../../../functions/gpu/interpreter/pixelFeatures.ts'
import { constant } from '../../../../functions/gpu/onnx/constant.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { concat, reshape, transpose } from '../../../../functions/gpu/onnx/ops/layout.ts'
import { bilinearResize } from '../../../../functions/gpu/onnx/ops/resize.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'
import { generate } from '../../../../functions/gpu/stylegan/generator.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { mapping, truncate } from '../../../../functions/gpu/stylegan/mapping.ts'
import { type GeneratorWeights, readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { closeTo } from '../../../support/close.ts'
import { bodyOf, readOnnx } from '../../../support/onnxFile.ts'
import { judge, type NaiveLabelling, naiveFeatures, naiveLabelling } from './naiveLabelling.ts'
import { referenceEnsemble } from './referenceEnsemble.ts'
import { randomEnsemble, tapsOf, tinyGenerator, tinyShape } from './tinyGenerator.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

const latentOf = (weights: GeneratorWeights, seed: number) =>
  float32(Float32Array.from(sampleLatent(seed, weights.latentLength)), [1, weights.latentLength])

function agrees(
  results: Awaited<ReturnType<Awaited<ReturnType<typeof engine.load>>['run']>>['results'],
  { width, height }: LabelSize,
  naive: NaiveLabelling,
): void {
  expect(results.labels?.shape).toEqual([1, height, width])
  expect(results.divergence?.shape).toEqual([1, height, width])
  const labels = uint8Data(results.labels, 'labels')
  const same = labels.filter((label, pixel) => label === naive.labels[pixel]).length
  expect(same / naive.labels.length).toBeGreaterThanOrEqual(0.999)
  closeTo(float32Data(results.divergence, 'divergence'), naive.divergence, 1e-4)
  const tenth = Math.floor(naive.divergence.length / 10)
  const most = naive.divergence.toSorted((a, b) => b - a).slice(0, tenth)
  closeTo(float32Data(results.score, 'score'), [most.reduce((sum, value) => sum + value, 0) / tenth], 1e-4)
}

describe('the factory graph of a 32 × 32 generator equals the naive construction in float64', () => {
  const weights = tinyGenerator
  const ensemble = randomEnsemble(tinyShape(), 1)
  const z = latentOf(weights, 5)

  test.each([
    { width: 32, height: 32 },
    { width: 16, height: 16 },
    { width: 24, height: 16 },
    { width: 13, height: 40 },
    { width: 64, height: 48 },
  ])('with labels of $width × $height', async (size) => {
    const taps = await tapsOf(engine, weights, { seed: 5, truncation: 0.7 })
    const session = await engine.load(
      factoryGraph(weights, exactLabeler(ensemble, { size }), { truncation: 0.7, size }).bytes,
    )
    const { results } = await session.run({ z })
    expect(results.image?.shape).toEqual([1, 32, 32, 3])
    agrees(results, size, naiveLabelling(naiveFeatures(taps, size), ensemble))
  })
})

describe('a large label map', () => {
  const ensemble = randomEnsemble(tinyShape(), 1)
  const size = { width: 32, height: 45 }
  const build = (rowsPerStrip: number): Uint8Array =>
    factoryGraph(tinyGenerator, exactLabeler(ensemble, { size, rowsPerStrip }), { truncation: 0.7, size }).bytes

  test.each([8, 23, 100])('is labelled in strips of %i rows', async (rows) => {
    const taps = await tapsOf(engine, tinyGenerator, { seed: 5, truncation: 0.7 })
    const session = await engine.load(build(rows))
    const { results } = await session.run({ z: latentOf(tinyGenerator, 5) })
    agrees(results, size, naiveLabelling(naiveFeatures(taps, size), ensemble))
  })

  test('has one loop over the members for each strip, and one copy of their weights', () => {
    const { graph } = readOnnx(build(16))
    const scans = bodyOf(graph.node.find(({ op_type }) => op_type === 'Scan')).node.filter(
      ({ op_type }) => op_type === 'Scan',
    )
    expect(scans).toHaveLength(3)
    // [loops, members at a time, first layer, second layer]
    expect(graph.initializer.filter(({ dims }) => dims.join() === '3,1,8,6')).toHaveLength(1)
  })
})

describe('the factory graph of the embedded generator equals upsampling, concatenation and ten classifiers', async () => {
  const weights = readGenerator(await readFile('models/avatars/generator.safetensors'))
  const ensemble = referenceEnsemble()
  const { members, features, parts } = ensemble.shape
  const shapes: Readonly<Record<string, readonly number[]>> = {
    ...parameterShapes(ensemble.shape),
    ...statisticShapes(ensemble.shape),
  }
  const z = latentOf(weights, 7)

  test.each([
    { width: 64, height: 64 },
    { width: 96, height: 64 },
  ])('with labels of $width × $height', async (size) => {
    const pixels = size.width * size.height
    const { taps } = generate(weights, input('z', 'float32', [1, weights.latentLength]), { truncation: 1 })
    const enlarged = concat(
      taps.map((tap) => bilinearResize(tap, [size.height, size.width])),
      1,
    )
    const rows = transpose(reshape(enlarged, [features, pixels]), [1, 0])
    const logits = classify(rows, (name) => constant(ensembleTensor(ensemble, name), shapes[name] ?? []))
    const naive = await (await engine.load(buildModel({ name: 'naive', outputs: { logits } }).bytes)).run({ z })
    const session = await engine.load(
      factoryGraph(weights, exactLabeler(ensemble, { size }), { truncation: 1, size }).bytes,
    )
    const { results } = await session.run({ z })
    expect(results.image?.shape).toEqual([1, 128, 128, 3])
    agrees(results, size, judge(float32Data(naive.results.logits, 'logits'), members, pixels, parts))
  })
})

test('a factory graph that takes w gives what the one that takes z gives for the same image', async () => {
  const weights = tinyGenerator
  const size = { width: 24, height: 16 }
  const labeler = exactLabeler(randomEnsemble(tinyShape(), 2), { size })
  const z = latentOf(weights, 9)
  const w = truncate(weights, mapping(weights, input('z', 'float32', [1, weights.latentLength])), 0.7)
  const mapped = (await (await engine.load(buildModel({ name: 'mapping', outputs: { w } }).bytes)).run({ z })).results.w
  if (mapped === undefined) throw new TypeError('the mapping gave no w')
  const run = async (latent: 'z' | 'w', feed: typeof z) => {
    // A w is not truncated again, whatever the truncation.
    const options = { truncation: 0.7, size, latent }
    const session = await engine.load(factoryGraph(weights, labeler, options).bytes)
    return (await session.run({ [latent]: feed })).results
  }
  const [fromZ, fromW] = [await run('z', z), await run('w', mapped)]
  expect(fromW.image).toEqual(fromZ.image)
  expect(fromW.labels).toEqual(fromZ.labels)
  closeTo(float32Data(fromW.divergence, 'divergence'), float32Data(fromZ.divergence, 'divergence'), 1e-6)
})
