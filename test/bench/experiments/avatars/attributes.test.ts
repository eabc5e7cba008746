import { describe, expect, test } from 'vitest'
import { attributesOf } from '../../../../bench/experiments/avatars/attributes.ts'
import { readLatent, UnreadableLatentError } from '../../../../bench/experiments/avatars/latentReader.ts'
import { micahAttributesOf } from '../../../../bench/experiments/avatars/micahAttributes.ts'
import { sampleLatent } from '../../../../functions/gpu/stylegan/latents.ts'
// Made by the script that the embedded generator's lessons came from; make.py beside it says how.
import python from '../../../fixtures/avatars/drawings/attributes.json' with { type: 'json' }

describe('attributesOf', () => {
  test('equals, for three hundred seeds and to the bit, what the embedded generator was taught', () => {
    const seeds = Object.keys(python.attributes)
    const own = Object.fromEntries(seeds.map((seed) => [seed, attributesOf(sampleLatent(Number(seed), 64))]))
    expect(own).toEqual(python.attributes)
    expect(seeds).toHaveLength(300)
  })

  test('depends on the latent’s direction alone', () => {
    const latent = sampleLatent(7, 64)
    expect(attributesOf(latent.map((value) => value * 4))).toEqual(attributesOf(latent))
  })

  test.each([
    ['too short', sampleLatent(7, 20), 'the latent has 20 numbers'],
    ['empty', new Float64Array(0), 'mean square is NaN'],
    ['all zeros', new Float64Array(64), 'mean square is 0'],
    ['not finite', new Float64Array(64).fill(Number.POSITIVE_INFINITY), 'mean square is Infinity'],
  ])('refuses a latent that is %s', (_, latent, message) => {
    expect(() => attributesOf(latent)).toThrow(UnreadableLatentError)
    expect(() => attributesOf(latent)).toThrow(message)
  })
})

describe('micahAttributesOf', () => {
  test('shows every hair, and glasses, beards and earrings in the share meant', () => {
    const faces = Array.from({ length: 400 }, (_, seed) => micahAttributesOf(sampleLatent(seed, 64)))
    expect(new Set(faces.map(({ hair }) => hair)).size).toBe(8)
    const share = (has: (face: (typeof faces)[number]) => boolean) => faces.filter(has).length / faces.length
    // Three standard deviations of a share among 400 are at most 0.075.
    expect(Math.abs(share(({ glasses }) => glasses !== null) - 0.3)).toBeLessThan(0.075)
    expect(Math.abs(share(({ facialHair }) => facialHair !== null) - 0.25)).toBeLessThan(0.075)
    expect(Math.abs(share(({ earrings }) => earrings !== null) - 0.3)).toBeLessThan(0.075)
  })
})

describe('readLatent', () => {
  // A mean square of 1 leaves these numbers as they are.
  const reader = () => readLatent(Float64Array.of(0, Math.SQRT2, -1, 1))

  test('reads a coordinate as the share of latents below it', () => {
    expect(reader().share()).toBe(0.5)
  })

  test('reads two coordinates as an angle, the first of which is its sine', () => {
    const read = reader()
    expect(read.turn()).toBe(0.5)
    // atan2(−1, 1) is −1/8 turn.
    expect(read.turn()).toBe(0.375)
  })

  test('reads one of several values as a sector of the circle', () => {
    expect(reader().oneOf(['a', 'b', 'c', 'd'])).toBe('c')
  })

  test('reads a value for some of the latents only', () => {
    expect(reader().sometimes(['a', 'b'], 0.5)).toBeNull()
    expect(reader().sometimes(['a', 'b'], 0.75)).toBe('b')
  })
})
