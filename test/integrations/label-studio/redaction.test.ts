import { expect, test } from 'vitest'
import { redact } from '../../../integrations/label-studio/redaction.ts'

test.each([
  ['a key in a path', 'POST https://a.b/k/canary-1/webhook failed', 'POST https://a.b/k/***/webhook failed'],
  ['a key at the end of an address', "can't reach http://a.b/k/canary.", "can't reach http://a.b/k/***"],
  ['a password in an address', 'http://user:canary@a.b/x', 'http://***@a.b/x'],
  ['a query', 'http://a.b/x?project=1&token=canary&y=2', 'http://a.b/x?project=1&token=***&y=2'],
  ['any key in a query', 'http://a.b/?api_key=canary-1&hf.token=canary-2', 'http://a.b/?api_key=***&hf.token=***'],
  ['a legacy token', 'Token 0123456789abcdef0123456789abcdef01234567!', 'Token ***!'],
  ['a JSON Web Token', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2ln_-x end', 'Bearer *** end'],
  ['half a JSON Web Token', '"eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0"', '"***"'],
  ['no secret', 'https://a.b/kitchen/8, sixteen-v3 at 12:30', 'https://a.b/kitchen/8, sixteen-v3 at 12:30'],
])('hides %s', (_, text, expected) => {
  expect(redact(text)).toBe(expected)
})

test('hides what it is told to, wherever it stands', () => {
  expect(redact('one canary, two canary', ['canary', ''])).toBe('one ***, two ***')
})

test('hides it as addresses and JSON write it', () => {
  const text = String.raw`{"to": "/login?next=ca%2Fna%22ry", "header": "Token ca/na\"ry"}`
  expect(redact(text, ['ca/na"ry'])).toBe('{"to": "/login?next=***", "header": "Token ***"}')
})
