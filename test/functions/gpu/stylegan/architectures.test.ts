import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, type HostTensor } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { float32Values, readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { input, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { generate } from '../../../../functions/gpu/stylegan/generator.ts'
import { mapping } from '../../../../functions/gpu/stylegan/mapping.ts'
import { styleCount, synthesis } from '../../../../functions/gpu/stylegan/synthesis.ts'
import { readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { closeTo, maxAbsDifference } from '../../../support/close.ts'
import { fixture } from '../../../support/fixture.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

/** float32 against float64, after up to eight convolutions with activations of a few units. */
const tolerance = 5e-5

async function run(outputs: Readonly<Record<string, Tensor>>, feeds: Readonly<Record<string, HostTensor>>) {
  const session = await engine.load(buildModel({ name: 'generator', outputs }).bytes)
  const { results } = await session.run(feeds)
  await session.release()
  return (name: string): Float32Array => float32Data(results[name], name)
}

// The reference is PyTorch in float64 by another formulation: test/fixtures/stylegan/make.py.
describe.each(['skip', 'skip-clamped', 'resnet', 'resnet-clamped', 'orig'])('the %s generator', async (name) => {
  const weights = readGenerator(fixture(`stylegan/${name}.generator.safetensors`))
  const reference = readSafetensors(fixture(`stylegan/${name}.expected.safetensors`)).tensors
  const expected = (key: string): Float32Array => {
    const stored = reference.get(key)
    if (stored === undefined) throw new TypeError(`the reference has no ${key}`)
    return float32Values(key, stored)
  }
  const z = input('z', 'float32', [2, weights.latentLength])
  const feeds = { z: float32(expected('z'), [2, weights.latentLength]) }

  test('reads its widths from its weights', () => {
    const [, , side] = reference.get('image')?.shape.slice(1) ?? []
    expect(weights.resolution).toBe(side)
    expect([2, weights.styleLength]).toEqual(reference.get('w')?.shape)
    expect(weights.facts.architecture).toBe(name.split('-')[0])
    expect(styleCount(weights)).toBe(2 * Math.log2(weights.resolution / 2))
  })

  test('gives the w, image and activations of the reference', async () => {
    const { image, taps } = generate(weights, z, { truncation: 1 })
    const tapOutputs = Object.fromEntries(taps.map((tap, index) => [`tap${index}`, tap]))
    const result = await run({ w: mapping(weights, z), image, ...tapOutputs }, feeds)
    closeTo(result('w'), expected('w'), tolerance)
    closeTo(result('image'), expected('image'), tolerance)
    expect(taps.length).toBe([...reference.keys()].filter((key) => key.startsWith('tap')).length)
    for (const key of Object.keys(tapOutputs)) {
      const wanted = expected(key)
      closeTo(result(key).subarray(0, wanted.length), wanted, tolerance)
    }
  })

  test('follows truncation down to the average image', async () => {
    const truncated = generate(weights, z, { truncation: 0.6 }).image
    const average = generate(weights, z, { truncation: 0 }).image
    const result = await run({ truncated, average }, feeds)
    closeTo(result('truncated'), expected('truncated'), tolerance)
    const wanted = expected('average')
    closeTo(result('average').subarray(0, wanted.length), wanted, tolerance)
    closeTo(result('average').subarray(wanted.length), wanted, tolerance)
  })

  test('can leave its noise out', async () => {
    const { image } = generate(weights, z, { truncation: 1, noise: 'off' })
    const result = await run({ image }, feeds)
    closeTo(result('image'), expected('noiseless'), tolerance)
    expect(maxAbsDifference(result('image'), expected('image'))).toBeGreaterThan(0.01)
  })

  test('mixes the styles of two latents by layer', async () => {
    const w = (row: number) => input(`w${row}`, 'float32', [1, weights.styleLength])
    const [first, second] = [w(0), w(1)]
    const { image } = synthesis(weights, (layer) => (layer < 3 ? first : second))
    const length = weights.styleLength
    const result = await run(
      { image },
      {
        w0: float32(expected('w').slice(0, length), [1, length]),
        w1: float32(expected('w').slice(length), [1, length]),
      },
    )
    closeTo(result('image'), expected('mixed'), tolerance)
  })
})
