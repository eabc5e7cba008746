import { describe, expect, it } from 'vitest'
import { countsLine, countTests, sumCounts } from '../../scripts/test-counts.ts'

const file = (name: string, status: string, tests: Readonly<Record<string, string>>, message = '') => ({
  name,
  status,
  message,
  assertionResults: Object.entries(tests).map(([fullName, testStatus]) => ({ fullName, status: testStatus })),
})
const report = (...testResults: readonly object[]) => ({ testResults })

describe('the counts of a test run', () => {
  it('are of tests that passed, failed and did not run', () => {
    const mixed = report(
      file('a.test.ts', 'passed', { adds: 'passed', multiplies: 'passed', divides: 'skipped', roots: 'todo' }),
      file('b.test.ts', 'failed', { paints: 'failed' }),
    )
    expect(countTests('unit', mixed, 1)).toEqual({
      passed: 2,
      failed: ['b.test.ts: paints'],
      skipped: ['a.test.ts: divides', 'a.test.ts: roots'],
    })
  })

  it('hold a file that does not load', () => {
    const broken = report(
      file('a.test.ts', 'failed', {}, 'Cannot find module\n at x'),
      file('b.test.ts', 'passed', { b: 'passed' }),
    )
    expect(countTests('unit', broken, 1).failed).toEqual(['a.test.ts: Cannot find module'])
  })

  it('hold a failed hook, after which the tests count as not run', () => {
    const hook = report(file('a.test.ts', 'failed', { waits: 'skipped' }))
    expect(countTests('unit', hook, 1)).toEqual({
      passed: 0,
      failed: ['a.test.ts: fails outside of its tests'],
      skipped: ['a.test.ts: waits'],
    })
  })

  it('hold a run that ends badly though every test passed', () => {
    const passing = report(file('a.test.ts', 'passed', { a: 'passed' }))
    expect(countTests('unit', passing, 1).failed).toEqual(['unit ended with exit code 1'])
  })

  it.each([
    ['nothing ran', report()],
    ['everything was skipped', report(file('a.test.ts', 'passed', { a: 'skipped' }))],
  ])('hold a failure when %s', (_, nothing) => {
    expect(countTests('unit', nothing, 0).failed).toEqual(['unit ran no test'])
  })

  it('hold a failure when there is no report', () => {
    expect(countTests('unit', undefined, 137).failed).toEqual(['unit left no report (exit code 137)'])
  })

  it('add up and end in one line', () => {
    const one = { passed: 2, failed: ['a'], skipped: [] }
    expect(countsLine(sumCounts([one, { passed: 1, failed: [], skipped: [] }]))).toBe('3 passed, 1 failed')
    expect(countsLine(sumCounts([one, { passed: 0, failed: [], skipped: ['b', 'c'] }]))).toBe(
      '2 passed, 1 failed, 2 skipped',
    )
  })
})
