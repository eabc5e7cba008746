import { describe, expect, test } from 'vitest'
import { curate } from '../../../functions/factory/curation.ts'
import type { ShardLine } from '../../../schemas/shard.ts'

const lineOf = (seed: number, score: number): ShardLine => ({
  id: `avatars-s${seed}-t1`,
  seed,
  truncation: 1,
  image: `images/${seed}.png`,
  labels: `labels/${seed}.png`,
  score,
  parts: [0],
})
const linesOf = (...scores: number[]): ShardLine[] => scores.map((score, seed) => lineOf(seed, score))
const dropped = (lines: readonly ShardLine[], share: number): number[] =>
  curate(lines, share)
    .filter(({ kept }) => !kept)
    .map(({ seed }) => seed)

describe('the filter', () => {
  test('drops the most uncertain', () => {
    expect(dropped(linesOf(0.1, 0.9, 0.3, 0.8, 0.2), 0.4)).toEqual([1, 3])
  })

  test.each([
    [0, 0.1, 0],
    [1, 0.1, 0],
    [9, 0.1, 0],
    [10, 0.1, 1],
    [19, 0.1, 1],
    [309, 0.1, 30],
    [500, 0.1, 50],
    [7, 0.5, 3],
    [7, 0, 0],
    [7, 1, 7],
    [1, 1, 1],
    [1000, 0.07, 70],
  ])('of %d images and a share of %d drops %d', (count, share, expected) => {
    expect(dropped(linesOf(...Array.from({ length: count }, (_, seed) => seed / 1000)), share)).toHaveLength(expected)
  })

  test('of equally uncertain images drops those with the higher seed', () => {
    expect(dropped(linesOf(0.5, 0.5, 0.5, 0.5, 0.1), 0.4)).toEqual([2, 3])
  })

  test('gives all lines in order of their seeds, whatever the order they came in', () => {
    const lines = linesOf(0.4, 0.2, 0.9, 0.1)
    const curated = curate(lines, 0.25)
    expect(curated.map(({ seed }) => seed)).toEqual([0, 1, 2, 3])
    expect(curate(lines.toReversed(), 0.25)).toEqual(curated)
    expect(curated[2]).toEqual({ ...lines[2], kept: false })
  })
})
