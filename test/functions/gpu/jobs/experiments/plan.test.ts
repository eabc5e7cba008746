import { describe, expect, test } from 'vitest'
import { armName, armSlug } from '../../../../../functions/gpu/jobs/experiments/arms.ts'
import { type ExperimentData, ExperimentError } from '../../../../../functions/gpu/jobs/experiments/data.ts'
import { planExperiment, trialsOf } from '../../../../../functions/gpu/jobs/experiments/plan.ts'
import type { Arm, OursArm } from '../../../../../schemas/experiment.ts'
import { tinyData, tinyOurs, tinySettings } from './tinyExperiment.ts'

/** Enough of everything for the full preset. */
const plenty: ExperimentData = { ...tinyData(), real: { ...tinyData().real, available: 5000 } }

function countsOf(data: ExperimentData, preset: 'quick' | 'full') {
  const { trials } = planExperiment(data, { preset })
  const kinds = trials.map(({ arm }) => arm.kind)
  return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((other) => other === kind).length]))
}

describe('the full preset', () => {
  test('does every arm with three random seeds', () => {
    // Three sizes, three more filters, three more numbers of seeds, two more ψ, two more ensembles, the choice, the ensemble.
    const ours = 3 + 3 + 3 + 2 + 2 + 1 + 1
    expect(countsOf(plenty, 'full')).toEqual({
      supervised: 3 * 5,
      transfer: 3,
      'semi-supervised': 3 * 2,
      annotated: 3,
      ours: 3 * ours,
    })
  })

  test('turns every knob of the method', () => {
    const { trials } = planExperiment(plenty, { preset: 'full' })
    const ours = trials.map(({ arm }) => arm).filter((arm): arm is OursArm => arm.kind === 'ours')
    const values = (knob: keyof OursArm) =>
      [...new Set(ours.map((arm) => arm[knob]))].toSorted((a, b) => (a < b ? -1 : 1))
    expect(values('generated')).toEqual([1000, 3000, 10_000])
    expect(values('seeds')).toEqual([1, 5, 16, 30])
    expect(values('filter')).toEqual([0, 0.05, 0.1, 0.2])
    expect(values('truncation')).toEqual([0.5, 0.7, 1])
    expect(values('members')).toEqual([1, 3, 10])
    expect(values('chosen')).toEqual(['disagreement', 'random'])
  })
})

describe('the quick preset', () => {
  test('does few arms once', () => {
    expect(countsOf(plenty, 'quick')).toEqual({
      supervised: 2,
      transfer: 1,
      'semi-supervised': 1,
      annotated: 1,
      ours: 1,
    })
  })

  test('takes all images where there are fewer than it asks for', () => {
    const { trials } = planExperiment(tinyData(), { preset: 'quick' })
    const images = trials.flatMap(({ arm }) => (arm.kind === 'supervised' ? arm.images : []))
    expect(images).toEqual([16, 40])
  })

  test('takes all seeds where fewer than sixteen are painted', () => {
    const data = { ...plenty, seeds: { ...plenty.seeds, available: 7 } }
    const { trials } = planExperiment(data, { preset: 'quick' })
    expect(trials.flatMap(({ arm }) => (arm.kind === 'ours' ? arm.seeds : []))).toEqual([7])
  })
})

describe('a plan', () => {
  test('leaves out what the data cannot serve, and says why', () => {
    const { unlabelled: _, elsewhere: __, annotate: ___, ...rest } = plenty
    const { leftOut } = planExperiment(rest, { preset: 'quick' })
    expect(leftOut).toEqual([
      { name: 'transfer learning', reason: 'there are no weights of another task' },
      { name: 'semi-supervised', reason: 'there are no images without labels' },
      { name: '1,000 generated images, labelled by the annotator', reason: 'nobody can paint every generated image' },
    ])
  })

  test('keeps to the arms that were asked for', () => {
    const { trials } = planExperiment(plenty, { preset: 'full', only: ['supervised-16', 'ours-1000'] })
    expect([...new Set(trials.map(({ arm }) => armSlug(arm)))]).toEqual([
      'supervised-16',
      'ours-1000-seeds16-filter10-psi0.7-members10-random-student',
    ])
  })

  test('refuses a word that is no arm', () => {
    const plan = () => planExperiment(plenty, { preset: 'quick', only: ['supervise'] })
    expect(plan).toThrow(ExperimentError)
    expect(plan).toThrow('no arm is called supervise: there are supervised-16, supervised-1000, transfer')
  })

  test('never stops a training early', () => {
    const { segmenter } = planExperiment(plenty, { preset: 'quick', steps: 35 }).settings
    expect(segmenter.steps).toBe(35)
    expect(segmenter.interval * segmenter.patience).toBeGreaterThanOrEqual(35)
  })
})

describe('a trial’s id', () => {
  const idOf = (arm: Arm, randomSeed = 0, settings = tinySettings, fingerprint = 'shapes') =>
    trialsOf({ fingerprint }, settings, [arm], [randomSeed])[0]?.id

  test('is the same for the same', () => {
    expect(idOf({ ...tinyOurs })).toBe(idOf(tinyOurs))
    expect(idOf(tinyOurs)).toMatch(/^[0-9a-f]{16}$/)
  })

  test('differs with whatever decides the result', () => {
    const { segmenter } = tinySettings
    const ids = [
      idOf(tinyOurs),
      idOf(tinyOurs, 1),
      idOf({ ...tinyOurs, filter: 0.3 }),
      idOf(tinyOurs, 0, { ...tinySettings, segmenter: { ...segmenter, steps: 3 } }),
      idOf(tinyOurs, 0, { ...tinySettings, tuning: {} }),
      idOf(tinyOurs, 0, tinySettings, 'other'),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('does not depend on what the arm has no use for', () => {
    const more = { ...tinySettings, unlabelled: 7 }
    expect(idOf({ kind: 'supervised', images: 10 }, 0, more)).toBe(idOf({ kind: 'supervised', images: 10 }))
    const arm = { kind: 'semi-supervised', classification: true } as const
    expect(idOf(arm, 0, more)).not.toBe(idOf(arm))
  })
})

test('an arm’s name tells what is not as usual', () => {
  expect(armName({ kind: 'supervised', images: 1 })).toBe('supervised, 1 real image')
  expect(armName(tinyOurs)).toBe('ours, 6 images, 2 seeds, filter 20 %, ψ 0.7, 2 members, labelled by the ensemble')
  expect(armName({ ...tinyOurs, members: 10, labeler: 'student', chosen: 'disagreement', seeds: 16 })).toBe(
    'ours, 6 images, 16 seeds, filter 20 %, ψ 0.7, chosen by disagreement',
  )
})
