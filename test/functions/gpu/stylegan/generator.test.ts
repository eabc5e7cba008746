import { readFile } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32, float32Data, uint8Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { buildModel } from '../../../../functions/gpu/onnx/model.ts'
import { float32Values, readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { input } from '../../../../functions/gpu/onnx/tensor.ts'
import { generate, imageBytes } from '../../../../functions/gpu/stylegan/generator.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

const weights = readGenerator(await readFile('models/avatars/generator.safetensors'))
const reference = readSafetensors(await readFile('test/fixtures/avatars/reference.safetensors')).tensors

function expected(name: string): Float32Array {
  const stored = reference.get(name)
  if (stored === undefined) throw new Error(`the reference has no ${name}`)
  return float32Values(name, stored)
}

function worst(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(actual.length).toBe(wanted.length)
  let largest = 0
  for (let index = 0; index < wanted.length; index++)
    largest = Math.max(largest, Math.abs((actual[index] ?? Number.NaN) - (wanted[index] ?? Number.NaN)))
  return largest
}

test.each([1, 0.7])(
  'images of seeds 0-3 at truncation %d equal those of the PyTorch implementation',
  async (truncation) => {
    const { image, taps } = generate(weights, input('z', 'float32', [4, 64]), { truncation })
    const tapOutputs = Object.fromEntries(taps.map((tap, index) => [`tap${index}`, tap]))
    const model = buildModel({ name: 'generator', outputs: { image, bytes: imageBytes(image), ...tapOutputs } })
    const session = await engine.load(model.bytes)
    const { results } = await session.run({ z: float32(expected('z'), [4, 64]) })
    const name = `psi${truncation.toFixed(1)}`
    expect(worst(float32Data(results.image, 'image'), expected(`${name}/image`))).toBeLessThan(1e-3)
    const bytes = uint8Data(results.bytes, 'bytes')
    const planar = Uint8Array.from(bytes, (_, index) => {
      const [sample, rest] = [Math.floor(index / 49152), index % 49152]
      return bytes[sample * 49152 + (rest % 16384) * 3 + Math.floor(rest / 16384)] ?? 0
    })
    const referenceBytes = reference.get(`${name}/bytes`)?.data
    expect(referenceBytes).toBeInstanceOf(Uint8Array)
    if (referenceBytes instanceof Uint8Array) expect(worst(planar, referenceBytes)).toBeLessThanOrEqual(1)
    if (truncation === 1)
      for (const [index, tap] of taps.entries()) {
        const length = tap.shape.slice(1).reduce<number>((product, side) => product * Number(side), 1)
        const first = float32Data(results[`tap${index}`], 'tap').subarray(0, length)
        expect(worst(first, expected(`psi1.0/tap${index}`)), `tap ${index}`).toBeLessThan(1e-3)
      }
  },
)

test('a seed means the same image to the bit each time, and that of the PyTorch implementation', async () => {
  const make = async (): Promise<Float32Array> => {
    const { image } = generate(weights, input('z', 'float32', [1, 64]), { truncation: 1 })
    const session = await engine.load(buildModel({ name: 'generator', outputs: { image } }).bytes)
    const { results } = await session.run({ z: float32(Float32Array.from(sampleLatent(3, 64)), [1, 64]) })
    return float32Data(results.image, 'image')
  }
  const first = await make()
  expect(await make()).toEqual(first)
  expect(worst(first, expected('psi1.0/image').subarray(3 * first.length))).toBeLessThan(1e-3)
})
