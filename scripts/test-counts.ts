import { z } from 'zod'

/** The part of vitest's JSON report that is counted. */
const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})

/** What ran, and what did not. */
export interface TestCounts {
  readonly passed: number
  /** Names of what failed. */
  readonly failed: readonly string[]
  /** Names of tests that did not run. */
  readonly skipped: readonly string[]
}

/**
 * Counts a vitest run. A file that fails outside of its tests (it does not load, a hook fails) is one failure; so is a
 * run that ends badly without a failed test, and one that ran nothing.
 * @param report the JSON reporter's output; undefined when the run left none
 * @param exitCode the run's
 */
export function countTests(name: string, report: unknown, exitCode: number): TestCounts {
  const parsed = Report.safeParse(report)
  if (!parsed.success) return { passed: 0, failed: [`${name} left no report (exit code ${exitCode})`], skipped: [] }

  const files = parsed.data.testResults
  const tests = files.flatMap(({ name: file, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ title: `${file}: ${fullName}`, status })),
  )
  const titles = (wanted: (status: string) => boolean) =>
    tests.filter(({ status }) => wanted(status)).map(({ title }) => title)
  const passed = titles((status) => status === 'passed').length
  const broken = files
    .filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    )
    .map(({ name: file, message }) => `${file}: ${message?.split('\n')[0] || 'fails outside of its tests'}`)
  const failed = [...titles((status) => status === 'failed'), ...broken]
  const skipped = titles((status) => status !== 'passed' && status !== 'failed')

  if (failed.length === 0 && exitCode !== 0) failed.push(`${name} ended with exit code ${exitCode}`)
  if (failed.length === 0 && passed === 0) failed.push(`${name} ran no test`)
  return { passed, failed, skipped }
}

/** The counts of several runs as one. */
export function sumCounts(counts: readonly TestCounts[]): TestCounts {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.flatMap(({ failed }) => failed),
    skipped: counts.flatMap(({ skipped }) => skipped),
  }
}

/** `3 passed, 1 failed`, and `, 2 skipped` when there are any. */
export function countsLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`
}
