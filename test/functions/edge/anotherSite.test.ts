import { describe, expect, test } from 'vitest'
import { openEdge } from './edgeUnderTest.ts'

describe('a page of another site', () => {
  const body = { action: 'START_TRAINING', project: 8 }

  test.each([
    ['cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another subdomain', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost' }],
    ['another origin', { Origin: 'https://evil.example' }],
    ['another port', { Origin: 'http://localhost:8080' }],
    ['a hidden origin', { Origin: 'null' }],
  ])('cannot make its visitors’ browsers change anything: %s', async (_, headers) => {
    const { ask, queue } = openEdge()
    expect((await ask('POST', '/webhook', body, headers)).status).toBe(403)
    expect((await ask('PATCH', '/api/projects/local/avatars/settings', {}, headers)).status).toBe(403)
    expect(queue.messages).toEqual([])
  })

  test.each([
    ['this site', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost' }],
    ['this site in an older browser', { Origin: 'http://localhost' }],
    ['this site behind a proxy that ends TLS', { Origin: 'https://localhost' }],
    ['a program', {}],
  ])('is not %s', async (_, headers) => {
    const { ask } = openEdge()
    expect((await ask('POST', '/webhook', body, headers)).status).toBe(200)
  })
})
