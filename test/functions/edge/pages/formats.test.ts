import { describe, expect, test } from 'vitest'
import { formatChange, formatMoment, formatTimeLeft, ticksTo } from '../../../../functions/edge/pages/formats.ts'

test('a moment is told to the minute, in UTC', () => {
  expect(formatMoment('2026-11-25T10:24:59.000Z')).toBe('25 Nov 2026, 10:24 UTC')
})

test.each([
  [0, 'a few seconds'],
  [7, 'a few seconds'],
  [31, '40 s'],
  [56, '1 min'],
  [121, '3 min'],
  [7501, '2 h 6 min'],
])('a guess of %d s is told as %s', (seconds, told) => {
  expect(formatTimeLeft(seconds)).toBe(told)
})

test.each([
  [0.0314, '+0.031'],
  [-0.0042, '−0.004'],
  [0.0004, '0.000'],
  [-0.0004, '0.000'],
])('a change of %d is written %s', (change, written) => {
  expect(formatChange(change)).toBe(written)
})

describe('ticks', () => {
  test.each([
    [2.4, 4, [0, 1, 2, 3]],
    [104, 4, [0, 50, 100, 150]],
    [1, 4, [0, 0.5, 1]],
    [0.12, 5, [0, 0.05, 0.1, 0.15]],
    [0, 4, [0, 1]],
    [3, 4, [0, 1, 2, 3]],
  ])('to %d are round, begin at 0 and reach it', (largest, count, ticks) => {
    expect(ticksTo(largest, count)).toEqual(ticks)
  })
})
