import { describe, expect, test } from 'vitest'
import { estimateTrials, formatDuration, secondsLeft } from '../../../../../functions/gpu/jobs/experiments/estimate.ts'
import { trialsOf } from '../../../../../functions/gpu/jobs/experiments/plan.ts'
import type { Arm } from '../../../../../schemas/experiment.ts'
import { tinyData, tinyOurs, tinySettings } from './tinyExperiment.ts'

const speed = { step: 1, labelled: 0, image: 0, ensembleStep: 0 }

function secondsOf(arms: readonly Arm[], changes: Partial<typeof speed> = {}) {
  const trials = trialsOf(tinyData(), tinySettings, arms, [0])
  return estimateTrials(tinyData(), tinySettings, trials, { ...speed, ...changes })
}

describe('an estimate', () => {
  test('counts the steps of a training', () => {
    expect(secondsOf([{ kind: 'supervised', images: 10 }])).toEqual([2])
    // Two steps elsewhere, and two of the last layer alone.
    expect(secondsOf([{ kind: 'transfer' }])).toEqual([2 + 0.6])
  })

  test('counts the images that are labelled: those of the test, and a tenth of the others eleven times', () => {
    expect(secondsOf([{ kind: 'supervised', images: 10 }], { step: 0, labelled: 1 })).toEqual([5 + 11])
  })

  test('counts what runs share once', () => {
    const more = { ...tinyOurs, generated: 10 }
    // Of the tiny ensemble, 20 steps of 2 of 10 members; images are 7.5 as slow with labels of an ensemble.
    const seconds = secondsOf([tinyOurs, { ...tinyOurs, filter: 0.5 }, more], { step: 0, image: 1, ensembleStep: 1 })
    expect(seconds).toEqual([6 * 7.5 + 4, 0, 4 * 7.5])
  })
})

describe('what is left', () => {
  test('is what was estimated, before anything is done', () => {
    expect(secondsLeft([10, 20, 30], [])).toBe(60)
  })

  test('is corrected by what the first ones took', () => {
    expect(secondsLeft([10, 20, 30], [20, 40])).toBe(60)
    expect(secondsLeft([10, 20], [15, 30])).toBe(0)
  })
})

test.each([
  [45, '45 s'],
  [600, '10 min'],
  [12_600, '3.5 h'],
])('%i seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})
