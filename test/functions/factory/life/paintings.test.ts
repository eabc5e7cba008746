import { describe, expect, test } from 'vitest'
import { type AnnotationSeen, settlePaintings, vote } from '../../../../functions/factory/life/paintings.ts'

const map = (...ids: number[]) => ({ width: ids.length, height: 1, data: Uint8Array.from(ids) })
const annotation = (id: string, second: number, more: Partial<AnnotationSeen> = {}): AnnotationSeen => ({
  id,
  task: '7',
  sample: 'avatars-s1-t1',
  by: 'a',
  updatedAt: new Date(Date.UTC(2030, 0, 1, 0, 0, second)).toISOString(),
  seconds: undefined,
  painting: { kind: 'painted', labelMap: map(Number(id)), regions: { drawn: 1, changed: 0, untouched: 0 } },
  ...more,
})
const outcomeOf = (annotations: AnnotationSeen[], annotators: 'newest' | 'vote' = 'newest') =>
  settlePaintings(annotations, { annotators }).get('avatars-s1-t1')
const skipped = { painting: { kind: 'skipped' } } as const
const empty = { painting: { kind: 'empty' } } as const
const unusable = { painting: { kind: 'unusable', reason: 'of another size' } } as const

describe('of several annotations of a sample', () => {
  test('the newest counts, whatever their order', () => {
    const all = [annotation('1', 1), annotation('3', 3, { by: 'b' }), annotation('2', 2)]
    for (const order of [all, all.toReversed()]) expect(outcomeOf(order)).toMatchObject({ labelMap: map(3) })
  })

  test('of the same second, the higher number counts', () => {
    expect(outcomeOf([annotation('10', 1), annotation('9', 1)])).toMatchObject({ labelMap: map(10) })
  })

  test('a later skip by the same person takes the painting back, by another it does not', () => {
    expect(outcomeOf([annotation('1', 1), annotation('2', 2, skipped)])?.kind).toBe('skipped')
    expect(outcomeOf([annotation('1', 1), annotation('2', 2, { ...skipped, by: 'b' })])?.kind).toBe('painted')
  })

  test('what cannot be used leaves the sample unpainted, not skipped', () => {
    expect(outcomeOf([annotation('1', 1, unusable), annotation('2', 2, { ...skipped, by: 'b' })])?.kind).toBe(
      'unusable',
    )
    expect(outcomeOf([annotation('1', 1, empty)])?.kind).toBe('empty')
  })

  test('a vote takes one ballot of each person', () => {
    const all = [
      annotation('1', 1, { by: 'a' }),
      annotation('2', 2, { by: 'a' }),
      annotation('3', 3, { by: 'b' }),
      annotation('2', 4, { by: 'c' }),
    ]
    const outcome = outcomeOf(all, 'vote')
    expect(outcome).toMatchObject({ labelMap: map(2) })
    expect(outcome?.kind === 'painted' && outcome.sources.map(({ by }) => by)).toEqual(['c', 'b', 'a'])
  })

  test('samples do not mix', () => {
    const outcomes = settlePaintings([annotation('1', 1), annotation('2', 2, { sample: 'avatars-s2-t1' })], {
      annotators: 'vote',
    })
    expect([...outcomes.keys()]).toEqual(['avatars-s1-t1', 'avatars-s2-t1'])
  })
})

test('a pixel goes to the majority, and to the newest where there is none', () => {
  expect(vote([map(1, 1, 1, 0), map(2, 2, 1, 3), map(2, 3, 1, 3)])).toEqual(map(2, 1, 1, 3))
})
