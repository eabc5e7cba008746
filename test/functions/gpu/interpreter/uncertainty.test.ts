import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  addMembers,
  divergence,
  entropyOf,
  imageScore,
  majorityVote,
  scoredPixels,
} from '../../../../functions/gpu/interpreter/uncertainty.ts'
import { constant } from '../../../../functions/gpu/onnx/constant.ts'
import { openEngine } from '../../../../functions/gpu/onnx/engine.ts'
import { reshape, slice } from '../../../../functions/gpu/onnx/ops/layout.ts'
import type { Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import { closeTo } from '../../../support/close.ts'
import { evaluate } from '../onnx/evaluate.ts'

const engine = openEngine({ device: 'cpu', threads: 2 })
afterAll(() => engine.close())

/** What the published functions made of logits [members, height, width, parts], with a float64 check beside it. */
const Reference = z.object({
  shape: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  logits: z.array(z.number()),
  js: z.array(z.number()),
  jsFloat64: z.array(z.number()),
  vote: z.array(z.number()),
  score: z.number(),
})

function reference(name: string) {
  const read = Reference.parse(JSON.parse(readFileSync(`test/fixtures/reference/uncertainty-${name}.json`, 'utf8')))
  const [members, height, width, parts] = read.shape
  const logits = constant(Float32Array.from(read.logits), [members, height * width, parts])
  return { ...read, members, logits }
}

async function judge(sums: ReturnType<typeof addMembers>) {
  const pixels = divergence(sums)
  return evaluate(engine, { vote: majorityVote(sums), pixels, score: imageScore(pixels) })
}

describe.each(['generic', 'ties', 'tiny3x3'])('the published functions on %s logits', (name) => {
  const expected = reference(name)

  test('vote for the same parts at every pixel', async () => {
    expect((await judge(addMembers(expected.logits))).vote).toEqual(expected.vote)
  })

  test('find the same divergence at every pixel, and the same image score', async () => {
    const { pixels = [], score = [] } = await judge(addMembers(expected.logits))
    closeTo(pixels, expected.js, 1e-5)
    closeTo(pixels, expected.jsFloat64, 1e-5)
    closeTo(score, [expected.score], 1e-5)
  })

  test('are matched by members that are added one after another', async () => {
    const { members, logits } = expected
    const member = (start: number): Tensor => slice(logits, [{ axis: 0, start, end: start + 1 }])
    let sums = addMembers(member(0))
    for (let next = 1; next < members; next++) sums = addMembers(member(next), sums)
    const { vote, pixels = [] } = await judge(sums)
    expect(sums.members).toBe(members)
    expect(vote).toEqual(expected.vote)
    closeTo(pixels, expected.jsFloat64, 1e-5)
  })
})

describe('divergence', () => {
  test('is zero where all members agree, never below', async () => {
    const logits = constant(Float32Array.from(new Array(10).fill([0.3, -2, 7, 1e-3]).flat()), [10, 1, 4])
    const { pixels: [value = Number.NaN] = [] } = await judge(addMembers(logits))
    expect(value).toBeGreaterThanOrEqual(0)
    expect(value).toBeLessThan(1e-6)
  })

  test('is ln 2 where two halves of the members are sure of two different parts', async () => {
    const logits = constant(Float32Array.of(100, 0, 0, 100), [2, 1, 2])
    closeTo((await judge(addMembers(logits))).pixels ?? [], [Math.LN2], 1e-6)
  })

  test('is finite for logits of any size', async () => {
    const logits = constant(Float32Array.of(1e30, -1e30, 0, -1e4, 1e4, 1e4), [2, 1, 3])
    const { pixels: [value = Number.NaN] = [] } = await judge(addMembers(logits))
    // One member is sure of part 0, the other undecided between 1 and 2: H([½, ¼, ¼]) − ½·ln 2.
    expect(value).toBeCloseTo(1.5 * Math.LN2 - 0.5 * Math.LN2, 5)
  })
})

test('of parts with equally many votes the lowest id wins', async () => {
  const logits = constant(Float32Array.of(0, 0, 5, 0, 5, 0, 0, 0, 5, 0, 5, 0), [4, 1, 3])
  expect((await judge(addMembers(logits))).vote).toEqual([1])
})

test('entropy is counted in nats, and nothing is added for impossible parts', async () => {
  const { entropy } = await evaluate(engine, {
    entropy: entropyOf(constant(Float32Array.of(0.5, 0.5, 0, 0.25, 0.25, 0.5), [2, 3])),
  })
  closeTo(entropy ?? [], [Math.LN2, 1.5 * Math.LN2], 1e-6)
})

test('the image score looks at the most uncertain tenth, or at all of fewer than ten pixels', async () => {
  expect([1, 9, 10, 19, 20, 16384].map(scoredPixels)).toEqual([1, 9, 1, 1, 2, 1638])
  const pixels = constant(Float32Array.from({ length: 25 }, (_, pixel) => (pixel * 7) % 25))
  const { score } = await evaluate(engine, { score: reshape(imageScore(pixels), [1]) })
  // The two largest of 0..24.
  expect(score).toEqual([23.5])
})
