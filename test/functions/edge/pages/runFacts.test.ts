import { describe, expect, test } from 'vitest'
import { digestManifest, evenlySpread } from '../../../../functions/edge/pages/reading/runFacts.ts'
import type { RunManifest } from '../../../../schemas/runManifest.ts'
import { manifestOf } from './records.ts'

/** A manifest with these scores; those above the threshold were dropped. */
const withScores = (scores: readonly number[], threshold: number): RunManifest => {
  const empty = manifestOf('sixteen-v1', 1, 0)
  const [line] = empty.lines
  if (line === undefined) throw new Error('a manifest of one image has one line')
  return {
    ...empty,
    lines: scores.map((score, index) => ({ ...line, id: `s${index}`, seed: index, score, kept: score <= threshold })),
  }
}

describe('what a page shows of a manifest', () => {
  test('of ten thousand images are counts, mean and median, and a few pictures', () => {
    // 0, 1, …, 9999, of which the last thousand are dropped: mean 4999.5.
    const digest = digestManifest(
      withScores(
        Array.from({ length: 10_000 }, (_, index) => index),
        8999,
      ),
    )
    expect(digest).toMatchObject({ kept: 9000, dropped: 1000, meanScore: 4999.5, medianScore: 5000, threshold: 9000 })
    expect(digest.gallery).toHaveLength(48)
    expect(digest.gallery[0]?.seed).toBe(0)
    expect(digest.gallery.at(-1)?.seed).toBe(8999)
    expect(digest.worst.map(({ seed }) => seed)).toEqual(Array.from({ length: 12 }, (_, index) => 9999 - index))
  })

  test('is a histogram in which every image stands once', () => {
    const { bins, largestScore } = digestManifest(withScores([0, 0.1, 0.2, 0.39, 0.4], 0.3))
    expect(largestScore).toBe(0.4)
    expect(bins).toHaveLength(40)
    expect(bins.map((bin) => bin.kept).reduce((sum, count) => sum + count)).toBe(3)
    expect(bins[0]).toEqual({ kept: 1, dropped: 0 })
    expect(bins[39]).toEqual({ kept: 0, dropped: 2 })
  })

  test('holds when all are equal, and when there are none', () => {
    expect(digestManifest(withScores([0, 0], 1))).toMatchObject({ kept: 2, dropped: 0, meanScore: 0, threshold: null })
    expect(digestManifest(withScores([], 1))).toMatchObject({
      kept: 0,
      meanScore: null,
      medianScore: null,
      gallery: [],
    })
  })
})

describe('an even spread', () => {
  test('takes all of few, and first and last of many', () => {
    expect(evenlySpread([1, 2, 3], 3)).toEqual([1, 2, 3])
    expect(evenlySpread([0, 1, 2, 3, 4, 5, 6, 7, 8], 3)).toEqual([0, 4, 8])
  })
})
