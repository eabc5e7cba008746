import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { commandAgain } from '../../cli/commandAgain.ts'
import { explain } from '../../cli/errors.ts'

describe('an error in words', () => {
  test('has its causes, each once, and no stack trace', () => {
    const root = new Error('disk on fire')
    const middle = new Error('could not write', { cause: root })
    expect(explain(new Error('the run failed', { cause: middle }))).toBe(
      'the run failed\n  because: could not write\n  because: disk on fire',
    )
    expect(explain(new Error('could not write: disk on fire', { cause: root }))).toBe('could not write: disk on fire')
  })

  test('of the system says what to do', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    expect(explain(error)).toContain('the disk is full: free some space')
  })

  test('of a schema names the field', () => {
    const { error } = z.object({ members: z.int() }).safeParse({ members: 'ten' })
    expect(explain(error)).toContain('members')
    expect(explain(error)).not.toContain('{')
  })

  test('may be no error at all', () => {
    expect(explain('enough')).toBe('enough')
  })
})

describe('the command that makes an image again', () => {
  const line = { id: 'avatars-s7-t1', seed: 7, truncation: 1, image: '', labels: '', score: 0, kept: true, parts: [] }

  test.each([
    ['faces', 'faces'],
    ['/tmp/my-faces', '/tmp/my-faces'],
    ['my faces', "'my faces'"],
    ["o'hara", "'o'\\''hara'"],
    ['$HOME', "'$HOME'"],
    ['-faces', "'-faces'"],
  ])('can be pasted into a shell for a project in %s', (project, word) => {
    expect(commandAgain(project)(line, 'sixteen-v2')).toBe(
      `sixteen again ${word} avatars-s7-t1 --run sixteen-v2 --out again`,
    )
  })
})
