import { expect, test } from 'vitest'
import {
  formatAmount,
  formatDay,
  formatMoney,
  formatSeconds,
  formatShare,
} from '../../../../functions/factory/report/format.ts'

test.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [3599.6, '1 h'],
  [5 * 3600 + 20 * 60, '5 h 20 min'],
  [150 * 3600, '150 h'],
  [3333 * 3600, '3,333 h'],
])('%s seconds read %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})

test.each([
  [0, '0.0 %'],
  [0.00001, '< 0.01 %'],
  [0.0023, '0.23 %'],
  [0.5, '50.0 %'],
  [1, '100.0 %'],
])('a share of %s reads %s', (share, text) => {
  expect(formatShare(share)).toBe(text)
})

test('one is singular, anything else plural', () => {
  expect([0, 1, 1200].map((value) => formatAmount(value, 'image'))).toEqual(['0 images', '1 image', '1,200 images'])
})

test('days are days in UTC, money is in its currency', () => {
  expect(formatDay('2026-11-07T23:59:59Z')).toBe('7 November 2026')
  expect(formatMoney(3750, 'USD')).toBe('$3,750')
  expect(formatMoney(3750, 'EUR')).toBe('€3,750')
})
