import { describe, expect, test } from 'vitest'
import { attemptIn, executionName } from '../../../integrations/workflow/executionName.ts'
import { type Work, WorkflowError } from '../../../integrations/workflow/index.ts'

const run = (project: string, version = 'sixteen-v3'): Work => ({
  platform: 'label-studio',
  project,
  kind: 'run',
  version,
})
const seeds = (project: string): Work => ({ platform: 'label-studio', project, kind: 'seeds' })
const longest = `${'x'.repeat(63)}z`

describe('the name of an execution', () => {
  test('says platform, project, version and attempt', () => {
    expect(executionName(run('12'), 1)).toBe('label-studio-12-sixteen-v3-1')
    expect(executionName(seeds('12'), 27)).toBe('label-studio-12-seeds-27')
    expect(executionName({ ...run('demo'), platform: 'local' }, 2)).toBe('local-demo-sixteen-v3-2')
  })

  test.each([run('12'), run('a.b'), run('a_b-c.d'), seeds('a.b'), run(longest, 'sixteen-v999999999'), seeds(longest)])(
    'has at most 80 characters, all of them such as CloudWatch takes: %j',
    (work) => {
      // As AWS documents it: 1 to 80 characters; "to enable logging … only 0-9, A-Z, a-z, - and _".
      for (const attempt of [1, 9_999_999]) expect(executionName(work, attempt)).toMatch(/^[0-9A-Za-z_-]{1,80}$/)
    },
  )

  test('still begins with the project, and ends with version and attempt, where it had to be shortened', () => {
    const name = executionName(run(longest, 'sixteen-v999999999'), 4)
    expect(name).toMatch(/^label-studio-x+-[0-9a-f]{12}-sixteen-v999999999-4$/)
    expect(executionName(run('a.b'), 4)).toMatch(/^label-studio-a_b-[0-9a-f]{12}-sixteen-v3-4$/)
  })

  test('is another for other work, however alike', () => {
    const works = [
      run('1'),
      run('1', 'sixteen-v31'),
      run('1-sixteen-v3'),
      run('1-seeds'),
      seeds('1'),
      seeds('1-seeds'),
      { ...run('1'), platform: 'local' as const },
      run('a.b'),
      run('a_b'),
      run('a-b'),
      run(`${'x'.repeat(63)}y`),
      run(longest),
    ]
    const names = works.flatMap((work) => [1, 3, 31].map((attempt) => executionName(work, attempt)))
    expect(new Set(names).size).toBe(names.length)
  })

  test.each([0, -1, 1.5, Number.NaN, 10_000_000])('is refused for the attempt %d', (attempt) => {
    expect(() => executionName(run('1'), attempt)).toThrow(WorkflowError)
    expect(() => executionName(run('1'), attempt)).toThrow(`attempt ${attempt}`)
  })
})

describe('the attempt in a name', () => {
  test.each([run('1'), run('a.b'), seeds(longest), run(longest, 'sixteen-v999999999')])(
    'is read again of %j',
    (work) => {
      for (const attempt of [1, 10, 9_999_999]) expect(attemptIn(work, executionName(work, attempt))).toBe(attempt)
    },
  )

  test.each([
    executionName(run('2'), 1),
    executionName(run('1', 'sixteen-v31'), 1),
    executionName(run('1-sixteen-v3'), 1),
    executionName(seeds('1'), 1),
    'label-studio-1-sixteen-v3-',
    'label-studio-1-sixteen-v3-0',
    'label-studio-1-sixteen-v3-01',
    'label-studio-1-sixteen-v3-1x',
    'label-studio-1-sixteen-v3-10000000',
    'by hand',
    '',
  ])('is none in the name of other work: %s', (name) => expect(attemptIn(run('1'), name)).toBeUndefined())
})
