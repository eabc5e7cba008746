import { describe, expect, test } from 'vitest'
import { nextSeeds } from '../../../functions/factory/nextSeeds.ts'
import type { LabelList } from '../../../schemas/labels.ts'
import type { ManifestLine } from '../../../schemas/manifest.ts'

const labelList: LabelList = {
  parts: ['background', 'face', 'glasses', 'hat'].map((name, id) => ({ id, name, color: '#000000' })),
  truncation: 1,
}
const line = (seed: number, score: number, ...parts: number[]): ManifestLine => ({
  id: `avatars-s${seed}-t1`,
  seed,
  truncation: 1,
  image: '',
  labels: '',
  score,
  kept: true,
  parts,
})
const lines = [line(1, 0.1, 0, 1, 2), line(2, 0.9, 0, 1), line(3, 0.5, 0, 1, 2), line(4, 0.7, 0, 1), line(5, 0.2, 0, 3)]
const seedsOf = (count: number, scarceParts: readonly number[]): number[] =>
  nextSeeds(lines, labelList, { count, scarceParts }).map((next) => next.line.seed)

describe('the samples to paint next', () => {
  test('are those on which the ensemble disagrees most', () => {
    expect(seedsOf(3, [])).toEqual([2, 4, 3])
  })

  test('show scarce parts first, each on the image where it is least certain', () => {
    expect(seedsOf(3, [2, 3])).toEqual([3, 5, 2])
    const [first] = nextSeeds(lines, labelList, { count: 1, scarceParts: [2] })
    expect(first?.reason).toContain('glasses')
  })

  test('are no more than asked for, and none twice', () => {
    expect(seedsOf(1, [2, 3])).toEqual([3])
    expect(seedsOf(10, [2, 2, 3]).toSorted()).toEqual([1, 2, 3, 4, 5])
    expect(seedsOf(0, [2])).toEqual([])
  })

  test('of equally uncertain ones the lower seed comes first', () => {
    const equal = [line(9, 0.5, 0), line(8, 0.5, 0)]
    expect(nextSeeds(equal, labelList, { count: 2, scarceParts: [] }).map((next) => next.line.seed)).toEqual([8, 9])
  })

  test('a scarce part that no image shows asks for nothing', () => {
    expect(nextSeeds([line(1, 0.3, 0)], labelList, { count: 2, scarceParts: [3] })).toHaveLength(1)
  })
})
