import { expect, test } from 'vitest'
import { openPace } from '../../../functions/local/pace.ts'

test('a project rests four times as long as a look took, half a minute at most; others do not wait for it', () => {
  const clock = { now: 0 }
  const pace = openPace(() => clock.now)
  expect(pace.restOf('label-studio-8')).toBe(0)
  pace.looked('label-studio-8', 2000)
  expect(pace.restOf('label-studio-8')).toBe(8000)
  expect(pace.restOf('label-studio-9')).toBe(0)
  clock.now = 7999
  expect(pace.restOf('label-studio-8')).toBe(1)
  clock.now = 8000
  expect(pace.restOf('label-studio-8')).toBe(0)
  pace.looked('label-studio-8', 600_000)
  expect(pace.restOf('label-studio-8')).toBe(30_000)
})

test('looks that take no time worth mentioning are not spaced out', () => {
  const pace = openPace(() => 0)
  pace.looked('label-studio-8', 249)
  expect(pace.restOf('label-studio-8')).toBe(0)
})
