import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { exactLabeler } from '../../../../functions/gpu/interpreter/exactLabeler.ts'
import { wholeSquare } from '../../../../functions/gpu/interpreter/labelFrame.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, type HostTensor, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { float32Values, readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { input, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { imageBytes } from '../../../../functions/gpu/stylegan/generator.ts'
import { normalizedKernel, type Precision } from '../../../../functions/gpu/stylegan/halfPrecision.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { mapping } from '../../../../functions/gpu/stylegan/mapping.ts'
import { type SynthesisResult, synthesis } from '../../../../functions/gpu/stylegan/synthesis.ts'
import { type GeneratorWeights, readGenerator, type Weight } from '../../../../functions/gpu/stylegan/weights.ts'
import { closeTo, maxAbsDifference } from '../../../support/close.ts'
import { fixture } from '../../../support/fixture.ts'
import { readOnnx } from '../../../support/onnxFile.ts'
import { referenceEnsemble } from '../interpreter/referenceEnsemble.ts'
import { roundedToHalf } from './roundedToHalf.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const avatars = readGenerator(await readFile('models/avatars/generator.safetensors'))

async function run(outputs: Readonly<Record<string, Tensor>>, z: HostTensor) {
  const session = await engine.load(buildModel({ name: 'generator', outputs }).bytes)
  const { results } = await session.run({ z })
  await session.release()
  return results
}

function latents(weights: GeneratorWeights, seeds: readonly number[]): HostTensor {
  const length = weights.latentLength
  return float32(Float32Array.from(seeds.flatMap((seed) => [...sampleLatent(seed, length)])), [seeds.length, length])
}

function network(weights: GeneratorWeights, precision: Precision, batch = 1): SynthesisResult {
  const w = mapping(weights, input('z', 'float32', [batch, weights.latentLength]))
  return synthesis(weights, w, 'constant', precision)
}

/** What a device makes that really computes in float16. */
function made(weights: GeneratorWeights, precision: Precision, batch = 1): SynthesisResult {
  const { image, taps } = network(weights, precision, batch)
  if (precision === 'float32') return { image, taps }
  const [rounded = image, ...others] = roundedToHalf([image, ...taps])
  return { image: rounded, taps: others }
}

async function image(weights: GeneratorWeights, precision: Precision): Promise<Float32Array> {
  const results = await run({ image: made(weights, precision).image }, latents(weights, [5]))
  return float32Data(results.image, 'image')
}

/** The same generator with some of its weights changed. */
function changed(weights: GeneratorWeights, change: (name: string, weight: Weight) => Weight): GeneratorWeights {
  return { ...weights, get: (name) => change(name, weights.get(name)) }
}

function times({ shape, data }: Weight, factor: number): Weight {
  return { shape, data: data.map((value) => value * factor) }
}

/**
 * Of a map's largest number. A rounding errs by 2⁻¹² of a number on average, and up to eight convolutions round what they
 * multiply, their kernels and their results: 24 errors that even out come to √24 · 2⁻¹², some numbers' to twice as much.
 */
const tolerance = 2 ** -9

// The reference is PyTorch in float64: test/fixtures/stylegan/make.py.
test.each(['skip', 'skip-clamped', 'resnet', 'resnet-clamped', 'orig'])(
  'the %s generator in float16 gives the image and activations of the reference',
  async (name) => {
    const weights = readGenerator(fixture(`stylegan/${name}.generator.safetensors`))
    const reference = readSafetensors(fixture(`stylegan/${name}.expected.safetensors`)).tensors
    const expected = (key: string): Float32Array => {
      const stored = reference.get(key)
      if (stored === undefined) throw new TypeError(`the reference has no ${key}`)
      return float32Values(key, stored)
    }
    const { image, taps } = made(weights, 'float16', 2)
    expect([image, ...taps].map(({ dtype }) => dtype)).toEqual(new Array(1 + taps.length).fill('float32'))
    const outputs = Object.fromEntries(taps.map((tap, index) => [`tap${index}`, tap]))
    const results = await run({ image, ...outputs }, float32(expected('z'), [2, weights.latentLength]))
    for (const key of Object.keys(results)) {
      const wanted = expected(key)
      const got = float32Data(results[key], key)
      closeTo(
        got.subarray(0, wanted.length),
        wanted,
        tolerance * wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
      )
    }
  },
)

describe('avatars in float16', async () => {
  const seeds = [0, 1, 2, 3, 4, 5, 6, 7]
  const labeler = exactLabeler(referenceEnsemble(), { size: { width: 128, height: 128 } })
  const all = async (precision: Precision) => {
    const { image, taps } = made(avatars, precision)
    const outputs = { image: imageBytes(image), labels: labeler(taps, wholeSquare).labels }
    const session = await engine.load(buildModel({ name: 'avatars', outputs }).bytes)
    const found = { image: [] as number[], labels: [] as number[] }
    for (const seed of seeds) {
      const { results } = await session.run({ z: latents(avatars, [seed]) })
      found.image.push(...uint8Data(results.image, 'image'))
      found.labels.push(...uint8Data(results.labels, 'labels'))
    }
    await session.release()
    return found
  }
  const [whole, half] = [await all('float32'), await all('float16')]

  test('differ from float32 by one level at most, in 1 of 50 bytes at most', () => {
    expect(maxAbsDifference(half.image, whole.image)).toBe(1)
    const different = half.image.filter((byte, place) => byte !== whole.image[place]).length
    expect(different / half.image.length).toBeLessThan(0.02)
  })

  test('are labelled alike on 99.9 % of pixels', () => {
    const same = half.labels.filter((label, pixel) => label === whole.labels[pixel]).length
    expect(same / half.labels.length).toBeGreaterThanOrEqual(0.999)
  })
})

describe('float16 ends at 65504, and yet', () => {
  test('kernels may have any scale, since demodulation takes it away again', async () => {
    const large = changed(avatars, (name, weight) => (name.endsWith('conv1.weight') ? times(weight, 1e6) : weight))
    closeTo(await image(large, 'float16'), await image(avatars, 'float32'), 0.02)
  })

  test('styles may have any scale, too', async () => {
    const large = changed(avatars, (name, weight) => (/conv\d\.affine\./.test(name) ? times(weight, 1e6) : weight))
    closeTo(await image(large, 'float16'), await image(avatars, 'float32'), 0.02)
  })

  test('activations that it cannot hold are limited, and make no NaN', async () => {
    const large = changed(avatars, (name, weight) => (name === 'synthesis.b4.const' ? times(weight, 1e8) : weight))
    expect((await image(large, 'float16')).every(Number.isFinite)).toBe(true)
  })

  test('an output channel without weights, and a layer without styles, stay without', async () => {
    const empty = changed(avatars, (name, weight) =>
      name.startsWith('synthesis.b8.conv1.') && /weight|affine/.test(name) ? times(weight, 0) : weight,
    )
    closeTo(await image(empty, 'float16'), await image(empty, 'float32'), 0.02)
  })
})

test('a normalized kernel of n numbers a channel holds none above 1/√n, and keeps what it was in its scales', () => {
  const { kernel, scales } = normalizedKernel({ shape: [2, 1, 2, 2], data: Float32Array.of(1, -8, 2, 4, 0, 0, 0, 0) })
  expect([...kernel.data]).toEqual([0.0625, -0.5, 0.125, 0.25, 0, 0, 0, 0])
  expect(scales.shape).toEqual([1, 2])
})

test('the graph keeps kernels as float16, and float32 at its edge', () => {
  const file = (precision: Precision) =>
    buildModel({ name: 'g', outputs: { image: network(avatars, precision).image } })
  const half = file('float16')
  expect(half.inputs.z?.dtype).toBe('float32')
  expect(half.outputs.image?.dtype).toBe('float32')
  const float16 = 10
  const kernels = readOnnx(half.bytes).graph.initializer.filter(({ data_type }) => data_type === float16)
  expect(kernels.filter(({ dims }) => dims[2] === 3).length).toBe(network(avatars, 'float16').taps.length)
  expect(half.bytes.length).toBeLessThan(0.75 * file('float32').bytes.length)
})
