import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { parseSeedList, seedRange } from '../../cli/seedList.ts'

describe('a list of seeds', () => {
  test('is made of seeds and ranges, in the order in which they are named', () => {
    expect(parseSeedList('7')).toEqual([7])
    expect(parseSeedList('0,5,9-12')).toEqual([0, 5, 9, 10, 11, 12])
    expect(parseSeedList('9-11, 2')).toEqual([9, 10, 11, 2])
    expect(parseSeedList('0-63')).toHaveLength(64)
    expect(parseSeedList('4294967295')).toEqual([4294967295])
  })

  test('holds each seed once', () => {
    expect(parseSeedList('3,1-4,3')).toEqual([3, 1, 2, 4])
  })

  test.each(['', ',', '1,', 'a', '1,x', '-1', '1.5', '9-7', '1-2-3', '4294967296', '0-999999999', '1e3', '1;2'])(
    'is not %j',
    (text) => {
      expect(() => parseSeedList(text)).toThrow(InvalidArgumentError)
      expect(() => parseSeedList(text)).toThrow(
        'names no seeds. Give seeds from 0 to 4294967295 like 7, 0-63 or 0,5,9-12.',
      )
    },
  )

  test('has a bound', () => {
    expect(parseSeedList('0-99999')).toHaveLength(100_000)
    expect(() => parseSeedList('0-99999,200000')).toThrow('Give at most 100000 seeds at once.')
    expect(seedRange('0-100000')).toBeUndefined()
  })
})
