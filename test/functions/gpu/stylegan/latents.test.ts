import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import { LatentError, sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
import { mersenneTwister, uniform53 } from '../../../../functions/gpu/stylegan/mersenneTwister.ts'
import { naturalLogarithm } from '../../../../functions/gpu/stylegan/naturalLogarithm.ts'
// Made by numpy itself; the file says how.
import numpy from '../../../fixtures/numpy-randn.json' with { type: 'json' }
import { fixture } from '../../../support/fixture.ts'

describe('mersenneTwister', () => {
  test('gives the first and the 10,000th word that the C++ standard demands of mt19937', () => {
    const word = mersenneTwister(5489)
    expect(word()).toBe(3499211612)
    for (let position = 2; position < 10_000; position += 1) word()
    expect(word()).toBe(4123659995)
  })

  test.each(numpy.uniform)('gives the uniform numbers of numpy for seed $seed', ({ seed, values }) => {
    const word = mersenneTwister(seed)
    expect(values.map(() => uniform53(word))).toEqual(values)
  })
})

describe('naturalLogarithm', () => {
  test.each([
    // The language's constants, correctly rounded; next to 1 the series ln(1 + x) = x − x²/2 + … rounds to these.
    [2, Math.LN2],
    [10, Math.LN10],
    [0.5, -Math.LN2],
    [1, 0],
    [1 - 2 ** -53, -(2 ** -53)],
    [1 - 2 ** -52, -(2 ** -52) - 2 ** -105],
    [1 + 2 ** -52, 2 ** -52 - 2 ** -105],
    [2 ** -1022, -708.3964185322641],
  ])('of %d is the nearest number to the exact value', (value, logarithm) => {
    expect(naturalLogarithm(value)).toBe(logarithm)
  })
})

describe('sampleLatent', () => {
  const sha256 = (values: Float32Array | Float64Array) => createHash('sha256').update(values).digest('hex')

  test.each(numpy.latents)('equals numpy to the bit for seed $seed, length $length', (expected) => {
    const z = sampleLatent(expected.seed, expected.length)
    expect([...z.slice(0, 3)]).toEqual(expected.first)
    expect([...z.slice(-2)]).toEqual(expected.last)
    expect(sha256(Float32Array.from(z))).toBe(expected.float32)
    // The positions at which the C library below numpy rounded a logarithm the wrong way, found with 60 digits.
    for (const [position = 0, value = 0] of expected.misrounded) {
      expect(Math.abs((z[position] ?? 0) - value)).toBeLessThanOrEqual(2 * Number.EPSILON * Math.abs(value))
      z[position] = value
    }
    expect(sha256(z)).toBe(expected.float64)
  })

  test('equals, as float32, the latents of the embedded generator’s reference images', () => {
    const reference = fixture('avatars/reference.safetensors')
    const z = [0, 1, 2, 3].flatMap((seed) => [...sampleLatent(seed, 64)])
    expect(readSafetensors(reference).tensors.get('z')).toEqual({
      dtype: 'F32',
      shape: [4, 64],
      data: Float32Array.from(z),
    })
  })

  test('begins alike whatever the length', () => {
    expect(sampleLatent(3, 512).slice(0, 7)).toEqual(sampleLatent(3, 7))
  })

  test.each([-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the seed %d', (seed) => {
    expect(() => sampleLatent(seed, 64)).toThrow(LatentError)
    expect(() => sampleLatent(seed, 64)).toThrow(`the seed is ${seed}, expected a whole number in 0..4294967295`)
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses the length %d', (length) => {
    expect(() => sampleLatent(0, length)).toThrow(LatentError)
    expect(() => sampleLatent(0, length)).toThrow(`the latent's length is ${length}`)
  })
})
