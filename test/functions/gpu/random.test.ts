import { describe, expect, test } from 'vitest'
import { createRandom, philox4x32, type Random, RandomRangeError } from '../../../functions/gpu/random.ts'

const many = (random: Random, draw: (random: Random) => number, count: number) =>
  Array.from({ length: count }, () => draw(random))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('philox4x32', () => {
  // The known answers that the authors publish with Random123 (tests/kat_vectors): counter, key, result.
  test.each([
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('gives the published answer for counter %s and key %s', (counter, key, answer) => {
    const words = (text: string) => Uint32Array.from(text.split(' '), (word) => Number.parseInt(word, 16))
    const block = new Uint32Array(4)
    philox4x32(words(counter), words(key), block)
    expect(block).toEqual(words(answer))
  })
})

describe('createRandom', () => {
  test('uses the words of Philox in order, two for each uniform number', () => {
    // Seed 0, stream 0, step 0, block 0 is the first of the published answers.
    const random = createRandom(0, 0)
    expect(random.uniform()).toBe(Number(((0x6627e8d5n >> 5n) << 26n) | (0xe169c58dn >> 6n)) / 2 ** 53)
    expect(random.uniform()).toBe(Number(((0xbc57ac4cn >> 5n) << 26n) | (0x9b00dbd8n >> 6n)) / 2 ** 53)
  })

  test('gives the same draws for the same seed, stream and step, whatever was drawn before', () => {
    const straight = createRandom(7, 'minibatches')
    many(straight, (random) => random.normal(), 13)
    const resumed = createRandom(7, 'minibatches').at(500)
    expect(many(straight.at(3).at(500), (random) => random.uniform(), 20)).toEqual(
      many(resumed, (random) => random.uniform(), 20),
    )
  })

  test('starts at step 0', () => {
    expect(createRandom(7, 'weights').uniform()).toBe(createRandom(7, 'weights').at(9).at(0).uniform())
  })

  test('gives different draws to every seed, stream and step', () => {
    const sources = [
      createRandom(1, 'weights'),
      createRandom(2, 'weights'),
      createRandom(1 + 2 ** 32, 'weights'),
      createRandom(1, 'pixels'),
      createRandom(1, 0),
      createRandom(1, 1),
      createRandom(1, 'weights').at(1),
      createRandom(1, 'weights').at(2 ** 32 - 1),
    ]
    const draws = sources.flatMap((random) => many(random, (source) => source.uniform(), 50))
    expect(new Set(draws).size).toBe(draws.length)
  })

  test('draws uniform numbers in [0, 1) with the mean and variance of that range', () => {
    const draws = many(createRandom(3, 'uniform'), (random) => random.uniform(), 40_000)
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...draws)).toBeLessThan(1)
    // Four standard errors: the mean's is √(1/12/n), the second moment's √(4/45/n).
    expect(Math.abs(mean(draws) - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / draws.length))
    expect(Math.abs(mean(draws.map((u) => u * u)) - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / draws.length))
  })

  test('draws normal numbers with the moments of the standard normal distribution', () => {
    const draws = many(createRandom(3, 'normal'), (random) => random.normal(), 40_000)
    // E z^k is 0, 1, 0, 3; the variance of z^k is 1, 2, 15, 96.
    const moments: readonly [number, number, number][] = [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ]
    for (const [power, moment, variance] of moments) {
      const error = Math.abs(mean(draws.map((draw) => draw ** power)) - moment)
      expect(error, `moment ${power}`).toBeLessThan(4 * Math.sqrt(variance / draws.length))
    }
    const neighbours = draws.slice(1).map((draw, index) => draw * (draws[index] ?? 0))
    expect(Math.abs(mean(neighbours))).toBeLessThan(4 / Math.sqrt(draws.length))
  })

  test('draws every whole number below the bound equally often', () => {
    const counts = new Array<number>(7).fill(0)
    for (const draw of many(createRandom(11, 'integer'), (random) => random.integer(7), 7000)) {
      counts[draw] = (counts[draw] ?? 0) + 1
    }
    // Chi-squared with 6 degrees of freedom exceeds 22.46 once in a thousand.
    expect(counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(22.46)
  })

  test('favours no number where the bound does not divide the words', () => {
    // Taking the remainder alone would give the lower third twice the weight of the others: a mean of 5/12.
    const bound = 3 * 2 ** 30
    const draws = many(createRandom(5, 'bound'), (random) => random.integer(bound) / bound, 20_000)
    expect(Math.abs(mean(draws) - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / draws.length))
  })

  test('allows the bounds 1 and 2³²', () => {
    expect(createRandom(1, 1).integer(1)).toBe(0)
    expect(createRandom(0, 0).integer(2 ** 32)).toBe(0x6627e8d5)
  })

  test('shuffles in place, keeping every element', () => {
    const indices = Uint32Array.from({ length: 1000 }, (_, index) => index)
    const shuffled = createRandom(2, 'shuffle').shuffle(indices)
    expect(shuffled).toBe(indices)
    expect(shuffled).not.toEqual(Uint32Array.from({ length: 1000 }, (_, index) => index))
    expect(shuffled.toSorted()).toEqual(Uint32Array.from({ length: 1000 }, (_, index) => index))
  })

  test('makes every order of three elements equally likely', () => {
    const random = createRandom(4, 'orders')
    const counts = new Map<string, number>()
    for (let draw = 0; draw < 6000; draw += 1) {
      const order = random.shuffle(['a', 'b', 'c']).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    // Chi-squared with 5 degrees of freedom exceeds 20.52 once in a thousand.
    expect([...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(20.52)
  })

  test.each([
    ['a negative seed', () => createRandom(-1, 0)],
    ['a broken seed', () => createRandom(1.5, 0)],
    ['a seed beyond exact numbers', () => createRandom(2 ** 53, 0)],
    ['a stream that is no whole number', () => createRandom(0, Number.NaN)],
    ['a step beyond 2³²', () => createRandom(0, 0).at(2 ** 32)],
    ['a bound of 0', () => createRandom(0, 0).integer(0)],
    ['a bound beyond 2³²', () => createRandom(0, 0).integer(2 ** 32 + 1)],
  ])('refuses %s', (_, act) => {
    expect(act).toThrow(RandomRangeError)
  })
})
