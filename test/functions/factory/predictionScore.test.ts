import { describe, expect, test } from 'vitest'
import { predictionScore } from '../../../functions/factory/predictionScore.ts'

/** Jensen-Shannon divergence in nats of distributions, from its definition. */
function divergence(distributions: readonly (readonly number[])[]): number {
  const entropy = (p: readonly number[]) =>
    -p.reduce((sum, value) => sum + (value > 0 ? value * Math.log(value) : 0), 0)
  const parts = distributions[0]?.length ?? 0
  const mean = Array.from(
    { length: parts },
    (_, part) => distributions.reduce((sum, p) => sum + (p[part] ?? 0), 0) / distributions.length,
  )
  return entropy(mean) - distributions.reduce((sum, p) => sum + entropy(p), 0) / distributions.length
}

const certainOf = (part: number, parts: number) => Array.from({ length: parts }, (_, id) => (id === part ? 1 : 0))

describe('the score of a prediction', () => {
  test('is 1 where all members agree', () => {
    const same = [certainOf(1, 3), certainOf(1, 3)]
    expect(predictionScore(divergence(same), 2, 3)).toBe(1)
  })

  test.each([
    ['fewer members than parts', 2, 5],
    ['fewer parts than members', 10, 4],
  ])('is 0 where members disagree as much as they can: %s', (_, members, parts) => {
    // So many distinct opinions, held by equally many members each.
    const opinions = Math.min(members, parts)
    const all = Array.from({ length: opinions }, (_, part) => certainOf(part, parts))
    expect(predictionScore(divergence(all), members, parts)).toBeCloseTo(0, 12)
  })

  test('is halfway at half of that', () => {
    expect(predictionScore(Math.log(10) / 2, 10, 30)).toBeCloseTo(0.5, 12)
  })

  test('stays within 0 and 1 whatever rounding does', () => {
    expect(predictionScore(Math.log(4) + 1e-6, 10, 4)).toBe(0)
    expect(predictionScore(-1e-9, 10, 4)).toBe(1)
    expect(predictionScore(Number.POSITIVE_INFINITY, 10, 4)).toBe(0)
  })

  test('is 1 where there is nothing to disagree about', () => {
    expect(predictionScore(0, 1, 20)).toBe(1)
  })

  test('is 0 where the uncertainty is unknown', () => {
    expect(predictionScore(Number.NaN, 10, 4)).toBe(0)
  })
})
