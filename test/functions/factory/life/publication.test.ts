import { describe, expect, test } from 'vitest'
import { countChanges } from '../../../../functions/factory/life/changes.ts'
import { choosePublished } from '../../../../functions/factory/life/publication.ts'
import type { ManifestLine } from '../../../../schemas/manifest.ts'

const line = (seed: number, score: number, kept = true): ManifestLine => ({
  id: `avatars-s${seed}-t1`,
  seed,
  truncation: 1,
  image: '',
  labels: '',
  score,
  kept,
  parts: [0],
})
/** Scores 0.9 down to 0.0; the most uncertain was dropped. */
const lines = Array.from({ length: 10 }, (_, seed) => line(seed, 0.9 - seed / 10, seed > 0))
const seedsOf = (share: number): number[] => choosePublished(lines, share).map(({ seed }) => seed)

describe('what a run publishes', () => {
  test('is a share of what it kept', () => {
    expect(seedsOf(0)).toEqual([])
    expect(seedsOf(1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(seedsOf(0.5)).toHaveLength(5)
  })

  test('lies evenly over the scores, in the order of the manifest', () => {
    // A third of nine: the middles of the lower, the middle and the upper three.
    expect(seedsOf(1 / 3)).toEqual([2, 5, 8])
  })

  test('is never what was dropped', () => {
    expect(seedsOf(1)).not.toContain(0)
  })
})

describe('changes since a run', () => {
  const painting = (sample: string, letter: string) => ({ sample, sha256: letter.repeat(64) })

  test('are paintings that are new, different, or gone', () => {
    const before = [painting('a', '1'), painting('b', '1'), painting('c', '1')]
    expect(countChanges(before, before)).toBe(0)
    expect(countChanges(before, [painting('a', '1'), painting('b', '2'), painting('d', '1')])).toBe(3)
    expect(countChanges([], before)).toBe(3)
    expect(countChanges(before, [])).toBe(3)
  })
})
