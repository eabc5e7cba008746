import { describe, expect, test } from 'vitest'
import { isWorthRetrying, retryDelay } from '../../../integrations/label-studio/retries.ts'

const now = () => Date.parse('2030-01-01T00:00:00Z')
const between = (random: number) => ({ firstDelay: 500, random: () => random, now })

describe('the wait before a retry', () => {
  test('doubles each time, between a half and the whole by chance', () => {
    expect([1, 2, 3, 4].map((attempt) => retryDelay(attempt, undefined, between(0)))).toEqual([250, 500, 1000, 2000])
    expect(retryDelay(3, undefined, between(0.5))).toBe(1500)
  })

  test.each<[string, unknown, number]>([
    ['seconds', '7', 7000],
    ['a date', 'Tue, 01 Jan 2030 00:00:09 GMT', 9000],
    ['a date that is past', 'Mon, 31 Dec 2029 23:59:59 GMT', 250],
    ['less than it would wait anyway', '0', 250],
    ['an hour', '3600', 60_000],
    ['nonsense', 'soon', 250],
    ['nothing', undefined, 250],
  ])('is at least as long as a server asks for, up to a minute: %s', (_, retryAfter, expected) => {
    expect(retryDelay(1, retryAfter, between(0))).toBe(expected)
  })
})

describe('a retry', () => {
  test.each([
    ['ECONNRESET', true],
    ['ECONNREFUSED', true],
    ['EAI_AGAIN', true],
    ['ECONNABORTED', false],
    ['CERT_HAS_EXPIRED', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false],
    ['ERR_INVALID_URL', false],
    [undefined, false],
  ] as const)('of a read without an answer is made by its reason: %s', (code, expected) => {
    expect(isWorthRetrying({ method: 'get', status: undefined, code })).toBe(expected)
    expect(isWorthRetrying({ method: 'post', status: undefined, code })).toBe(false)
  })
})
