import { expect, test } from 'vitest'
import { consistencyWeight, teacherDecay } from '../../../../../functions/gpu/segmenter/semiSupervised/meanTeacher.ts'

test('the weight of consistency rises from almost nothing to the whole over the first share of the steps', () => {
  const options = { consistency: 2, rampUp: 0.4, steps: 100 }
  const weights = [0, 20, 40, 41, 99].map((step) => consistencyWeight(step, options))
  // exp(−5), exp(−5 / 4) and 1, twice each.
  expect(weights).toEqual([0.013475893998, 0.57300959372, 2, 2, 2].map((weight) => expect.closeTo(weight, 10)))
  expect(consistencyWeight(0, { ...options, rampUp: 0 })).toBe(2)
})

test('the teacher is the plain mean of all students until its decay is reached', () => {
  const students = [4, 8, 3, 7]
  const taught = students.reduce((teacher, student, step) => {
    const decay = teacherDecay(step, { teacherDecay: 0.99 })
    return decay * teacher + (1 - decay) * student
  }, Number.MAX_SAFE_INTEGER)
  expect(taught).toBeCloseTo(22 / 4, 10)
  expect([98, 99, 100, 5000].map((step) => teacherDecay(step, { teacherDecay: 0.99 }))).toEqual(
    [98 / 99, 0.99, 0.99, 0.99].map((decay) => expect.closeTo(decay, 12)),
  )
})
