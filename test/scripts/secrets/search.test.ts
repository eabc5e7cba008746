import { describe, expect, it } from 'vitest'
import type { Canary } from '../../../scripts/secrets/canaries.ts'
import { describeLeaks, openSearch } from '../../../scripts/secrets/search.ts'

// Characters that JSON, HTML and addresses write in ways of their own stand close together in it.
const value = 'q"é&+9\\<w"/é&Z"+=\\é"<'
const canary: Canary = { name: 'the secret', value, secrets: [value], purpose: 'sent' }
const search = openSearch([canary])
const found = (content: Uint8Array | string): boolean => search.leaksIn(content).length > 0

describe('a secret is found', () => {
  const log = JSON.stringify({ msg: `with ${value}` })
  const query = new URLSearchParams({ key: value }).toString()
  const twice = JSON.stringify({ body: JSON.stringify({ value }) })
  it.each([
    ['as it is', `before${value}after`],
    ['in a line of JSON', log],
    ['in JSON within JSON', twice],
    ['in JSON of a program that writes ASCII', '{"a": "q\\"\\u00e9&+9\\\\<w\\"/\\u00e9&Z\\"+=\\\\\\u00e9\\"<"}'],
    ['in a query', `/x?${query}`],
    ['in a path', new URL(`http://a.b/k/${encodeURIComponent(value)}/setup`).href],
    ['in HTML', `<p>${value.replaceAll('&', '&#38;').replaceAll('<', '&#60;').replaceAll('"', '&quot;')}</p>`],
    ['in hexadecimal', Buffer.from(value).toString('hex')],
    ['in capitals', value.toUpperCase()],
  ])('%s', (_, text) => {
    expect(found(text)).toBe(true)
  })

  it.each(['', 'a', 'ab', 'sixteen:', 'some user:'])('in base64, behind %j', (before) => {
    expect(found(Buffer.from(`${before}${value}`).toString('base64'))).toBe(true)
    expect(found(Buffer.from(`${before}${value}, and more`).toString('base64url'))).toBe(true)
  })

  it('in the midst of bytes that are no text', () => {
    expect(found(Buffer.concat([Buffer.alloc(5000, 0xff), Buffer.from(value), Buffer.alloc(3)]))).toBe(true)
  })

  it('where only twelve bytes of it are left', () => {
    const bytes = Buffer.from(value)
    expect(found(bytes.subarray(0, 12))).toBe(true)
    expect(found(bytes.subarray(7, 19))).toBe(true)
    expect(found(bytes.subarray(0, 11))).toBe(false)
  })
})

it('nothing else is taken for a secret', () => {
  expect(found('')).toBe(false)
  expect(found('q"é')).toBe(false)
  expect(found(`the key *** of ${[...value].reverse().join('')}`)).toBe(false)
})

describe('a leak is told', () => {
  it('with its place, and without the secret', () => {
    expect(describeLeaks(search, { name: 'line 3', content: `${value} ${value}` })).toEqual([
      'the secret (as it is) stands in line 3',
    ])
  })

  it('where the name of the place is the leak', () => {
    expect(describeLeaks(search, { name: `store/${value}.json`, content: '{}' })).toEqual([
      'the secret (as it is) stands in (a name that holds a secret)',
    ])
  })
})
