import { expect, it } from 'vitest'
import { refusals } from '../../../scripts/secrets/refusals.ts'

const token = '0123456789abcdef0123456789abcdef01234567'

it.each(refusals)('$name repeats the token, or ends without a word', ({ name, answer }) => {
  const answered = answer(`Token ${token}`)
  if (answered === undefined) expect(name).toContain('cut')
  else expect(answered.body + JSON.stringify(answered.headers)).toContain(token)
})

it.each([200, 600])('some have a token of which a part is left where %i characters are kept', (length) => {
  const details = refusals.map(({ answer }) => answer(`Token ${token}`)?.body ?? '')
  const cut = details.filter((body) => body.startsWith('{"detail":"xxx')).map((body) => body.slice(11, 11 + length))
  expect(cut.some((text) => text.includes(token.slice(0, 15)) && !text.includes(token))).toBe(true)
})
