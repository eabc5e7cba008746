import { describe, expect, it } from 'vitest'
import { forbiddenText } from '../../scripts/forbidden-text.ts'

/** Put together here, so that this file itself holds none. */
const forbidden: readonly (readonly [reason: string, text: string])[] = [
  ['a path of one machine', `see ${['', 'home', 'someone', 'notes.md'].join('/')}`],
  ['a path of one machine', `"${['', 'root', '.cache'].join('/')}"`],
  ['a file outside of the project', `readFile('${['..', '..', 'shared', 'x.json'].join('/')}')`],
  ['a host of one network', ['https:', '', 'registry.example.com', 'zod'].join('/')],
  ['a private key', `-----BEGIN RSA ${'PRIVATE'} KEY-----`],
  ['an AWS access key', `AKIA${'A1'.repeat(8)}`],
  ['an access token', `hf_${'x'.repeat(34)}`],
]

describe('text that the project must not hold', () => {
  it.each(forbidden)('is %s', (reason, text) => {
    expect(forbiddenText(`first\n  ${text}\n`)).toEqual([{ line: 2, reason, text }])
  })

  it.each(['a/home/b', 'https://example.com/home/page', 'work/home', '~/work/x', 'import from "../shared-types.ts"'])(
    'is not %s',
    (text) => {
      expect(forbiddenText(text)).toEqual([])
    },
  )
})
