import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { float32Values, readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { sampleStyles } from '../../../../functions/gpu/stylegan/sampleStyles.ts'
import { type GeneratorWeights, readGenerator } from '../../../../functions/gpu/stylegan/weights.ts'
import { closeTo } from '../../../support/close.ts'
import { fixture } from '../../../support/fixture.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

/**
 * The mapping network in float64, one number after the other, as StyleGAN2 publishes it: latents of length √n, weights
 * scaled by multiplier/√inputs, biases by the multiplier, leaky ReLU of slope 0.2 with gain √2.
 */
function mappedAlone(weights: GeneratorWeights, z: Float64Array): number[] {
  const { mappingMultiplier: multiplier } = weights.facts
  const single = [...z].map(Math.fround)
  const square = single.reduce((sum, value) => sum + value * value, 0) / single.length
  let x = single.map((value) => value / Math.sqrt(square + 1e-8))
  for (let layer = 0; layer < weights.mappingLayers; layer++) {
    const { shape, data } = weights.get(`mapping.fc${layer}.weight`)
    const bias = weights.get(`mapping.fc${layer}.bias`).data
    const [outputs = 0, inputs = 0] = shape
    x = Array.from({ length: outputs }, (_, output) => {
      const sum = x.reduce((total, value, input) => total + value * (data[output * inputs + input] ?? 0), 0)
      const y = sum * (multiplier / Math.sqrt(inputs)) + (bias[output] ?? 0) * multiplier
      return (y < 0 ? 0.2 * y : y) * Math.SQRT2
    })
  }
  return x
}

describe('the styles of seeds', () => {
  test.each(['skip', 'skip-clamped', 'resnet', 'orig'])(
    'are those of the mapping network, for the %s generator',
    async (name) => {
      const weights = readGenerator(fixture(`stylegan/${name}.generator.safetensors`))
      const seeds = [0, 7, 4294967295]
      const styles = await sampleStyles(engine, weights, seeds)
      expect(styles).toHaveLength(seeds.length)
      for (const [index, seed] of seeds.entries())
        closeTo(styles[index] ?? [], mappedAlone(weights, sampleLatent(seed, weights.latentLength)), 1e-5)
    },
  )

  test('are those of the PyTorch implementation, for the embedded generator', async () => {
    const weights = readGenerator(await readFile('models/avatars/generator.safetensors'))
    const stored = readSafetensors(fixture('avatars/reference.safetensors')).tensors.get('w')
    if (stored === undefined) throw new TypeError('the reference has no w')
    const styles = await sampleStyles(engine, weights, [0, 1, 2, 3])
    closeTo(
      styles.flatMap((style) => [...style]),
      float32Values('w', stored),
      1e-4,
    )
  })

  test('are the same whatever other seeds are asked for, and none where none is', async () => {
    const weights = readGenerator(fixture('stylegan/skip.generator.safetensors'))
    const [first, , third] = await sampleStyles(engine, weights, [3, 1, 2])
    expect(await sampleStyles(engine, weights, [2, 3])).toEqual([third, first])
    expect(await sampleStyles(engine, weights, [])).toEqual([])
  })

  test('do not share memory', async () => {
    const weights = readGenerator(fixture('stylegan/skip.generator.safetensors'))
    const [first, second] = await sampleStyles(engine, weights, [1, 2])
    expect(first?.buffer).not.toBe(second?.buffer)
    expect(first).toHaveLength(weights.styleLength)
  })
})
