import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../functions/gpu/random.ts'
import { decodeBody, encodeBody } from '../../../integrations/queue/sqsBody.ts'

/** What SQS documents: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF. */
const isCarried = (text: string): boolean =>
  [...text].every((character) => {
    const code = character.codePointAt(0) ?? 0
    const ranges = [
      [0x9, 0xa],
      [0xd, 0xd],
      [0x20, 0xd7ff],
      [0xe000, 0xfffd],
      [0x10000, 0x10ffff],
    ] as const
    return ranges.some(([first, last]) => code >= first && code <= last)
  })

describe('a body for SQS', () => {
  test.each(['{"kind":"train"}', 'x', 'ÄÖ 🙂', 'a\tb\r\nc', '[1]', "'"])('%j travels as it is', (body) => {
    expect(encodeBody(body)).toBe(body)
  })

  test.each(['', 'a\0b', '\u0001', '\u001f', '\ufffe', '\uffff', '"', '""', '"a', '\u000b', '\0'.repeat(4096)])(
    '%j travels in characters that SQS takes, and comes back',
    (body) => {
      const text = encodeBody(body)
      expect(text.length).toBeGreaterThan(0)
      expect(isCarried(text)).toBe(true)
      expect(decodeBody(text)).toBe(body)
    },
  )

  test('ten of the longest are less than the 256 KiB of one call', () => {
    for (const character of ['\0', '"', '\uffff', 'x', '🙂']) {
      const body = character.repeat(Math.floor(4096 / Buffer.byteLength(character)))
      expect(10 * Buffer.byteLength(encodeBody(body))).toBeLessThan(256 * 1024)
    }
  })

  test('comes back whatever is in it', () => {
    const random = createRandom(7, 'bodies')
    for (let round = 0; round < 500; round += 1) {
      const codes = Array.from({ length: 20 }, () => random.integer(0x250))
      const body = String.fromCharCode(...codes.map((code) => (code > 0x200 ? 0xffff - (code - 0x200) : code)))
      expect(decodeBody(encodeBody(body))).toBe(body)
      expect(isCarried(encodeBody(body))).toBe(true)
    }
  })

  test.each(['"', '"half', '"a" and more'])('that another program sent stays as it is: %j', (text) => {
    expect(decodeBody(text)).toBe(text)
  })
})
