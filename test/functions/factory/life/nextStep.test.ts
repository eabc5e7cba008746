import { describe, expect, test } from 'vitest'
import { decide, type Situation } from '../../../../functions/factory/life/nextStep.ts'
import { LifeSettings } from '../../../../schemas/lifeSettings.ts'
import type { RunState } from '../../../../schemas/run.ts'

const now = new Date('2030-01-01T12:00:00.000Z')
const ago = (seconds: number): Date => new Date(now.getTime() - 1000 * seconds)
const life = LifeSettings.parse({})

/** Sixteen seeds are shown, and nothing else has happened. */
const shown: Situation = {
  life,
  obstacle: undefined,
  seeds: { published: 16, painted: 0, skipped: 0 },
  corrected: 0,
  changes: 0,
  unchanged: false,
  run: undefined,
  requested: false,
  newestPaintingAt: undefined,
  now,
}
const painted = (count: number, more: Partial<Situation> = {}): Situation => ({
  ...shown,
  seeds: { published: 16, painted: count, skipped: 0 },
  changes: count,
  newestPaintingAt: ago(60),
  ...more,
})
const followed = (state: RunState, more: Partial<Situation> = {}): Situation =>
  painted(16, {
    run: { version: 'sixteen-v1', state, ...(state === 'failed' ? { error: { message: 'no luck.' } } : {}) },
    changes: 0,
    unchanged: true,
    ...more,
  })

describe('before the first run', () => {
  test('seeds are made while none is shown', () => {
    const decision = decide({ ...shown, seeds: { published: 0, painted: 0, skipped: 0 } })
    expect(decision).toMatchObject({ next: { kind: 'preparing-seeds' }, wantedSeeds: 16, beginRun: false })
  })

  test('it waits for as many paintings as are wanted, sixteen by default', () => {
    expect(decide(painted(15))).toMatchObject({ next: { kind: 'painting' }, beginRun: false })
    expect(decide(painted(15)).next.reason).toContain('15 of 16')
    expect(decide(painted(16))).toMatchObject({ next: { kind: 'running' }, beginRun: true })
  })

  test('a skipped seed is replaced by another', () => {
    const decision = decide(painted(14, { seeds: { published: 16, painted: 14, skipped: 2 } }))
    expect(decision).toMatchObject({ wantedSeeds: 18, beginRun: false })
  })

  test('a corrected image counts like a painted seed', () => {
    expect(decide(painted(14, { corrected: 2 })).beginRun).toBe(true)
  })

  test('a person who paints is not interrupted', () => {
    const decision = decide(painted(16, { newestPaintingAt: ago(5) }))
    expect(decision).toMatchObject({ next: { kind: 'settling' }, beginRun: false, lookAgainAfter: 15 })
    expect(decide(painted(16, { newestPaintingAt: ago(20) })).beginRun).toBe(true)
  })

  test('a clock that is ahead does not put the run off by more than the pause', () => {
    expect(decide(painted(16, { newestPaintingAt: ago(-3600) })).lookAgainAfter).toBe(20)
  })

  test('runs that a person starts do not begin by themselves', () => {
    const decision = decide(painted(16, { life: { ...life, autoTrain: false } }))
    expect(decision).toMatchObject({ next: { kind: 'painting' }, beginRun: false, lookAgainAfter: undefined })
  })
})

describe('a request for a run', () => {
  test('means now: with fewer seeds, without a pause, whether runs begin by themselves or not', () => {
    const impatient = painted(1, { requested: true, newestPaintingAt: ago(0), life: { ...life, autoTrain: false } })
    expect(decide(impatient)).toMatchObject({ beginRun: true, requestAnswered: true })
  })

  test('is answered with the reason where nothing is painted, or nothing changed', () => {
    const nothing = decide({ ...shown, requested: true })
    expect(nothing).toMatchObject({ beginRun: false, requestAnswered: true })
    expect(nothing.next.reason).toContain('nothing is painted yet')
    const same = decide(followed('done', { requested: true }))
    expect(same).toMatchObject({ beginRun: false, requestAnswered: true })
    expect(same.next.reason).toContain('nothing changed since sixteen-v1')
  })

  test('waits for the run that is under way', () => {
    expect(decide(followed('training', { requested: true, changes: 1 }))).toMatchObject({
      next: { kind: 'running' },
      beginRun: false,
      requestAnswered: false,
    })
  })

  test('takes up a run that failed or was stopped', () => {
    for (const state of ['failed', 'stopped'] as const)
      expect(decide(followed(state, { requested: true })).beginRun).toBe(true)
  })

  test('has a run made where only labels or settings changed', () => {
    expect(decide(followed('done', { requested: true, unchanged: false })).beginRun).toBe(true)
  })
})

describe('after a run', () => {
  test('the next begins after so many changes, four by default, when the painting pauses', () => {
    expect(decide(followed('done', { changes: 3, unchanged: false })).beginRun).toBe(false)
    expect(decide(followed('done', { changes: 4, unchanged: false })).beginRun).toBe(true)
    const busy = decide(followed('done', { changes: 4, unchanged: false, newestPaintingAt: ago(1) }))
    expect(busy.next.kind).toBe('settling')
  })

  test('one that failed is not begun again by itself, and its reason is shown', () => {
    const decision = decide(followed('failed'))
    expect(decision).toMatchObject({ next: { kind: 'blocked' }, beginRun: false })
    expect(decision.next.reason).toContain('no luck')
  })

  test.each([
    'created',
    'training',
    'distilling',
    'generating',
    'curating',
    'publishing',
    'segmenting',
    'evaluating',
  ] as const)('while one is %s no other begins', (state) => {
    const decision = decide(followed(state, { changes: 16, unchanged: false, requested: true }))
    expect(decision).toMatchObject({ next: { kind: 'running' }, beginRun: false })
  })
})

test('where nothing can be painted, nothing is made, and a request is answered with the reason', () => {
  const decision = decide(painted(16, { obstacle: 'There is no image tag.', requested: true }))
  expect(decision).toMatchObject({
    next: { kind: 'blocked', reason: 'There is no image tag.' },
    wantedSeeds: 0,
    beginRun: false,
    requestAnswered: true,
  })
})
