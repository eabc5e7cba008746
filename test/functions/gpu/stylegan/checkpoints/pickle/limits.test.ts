import { describe, expect, test } from 'vitest'
import { readPickleFile } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/readPickleFile.ts'
import { describeValue } from './describeValue.ts'
import { expectRefused } from './expectRefused.ts'
import { join, legacyTorch, load, pickle, text, uint32 } from './writePickle.ts'

const SET = 'cbuiltins\nset\n'

describe('pickles that are made to exhaust memory, time, or the reader of their result', () => {
  test.each([
    ['a list that holds itself', pickle(']q\x00h\x00a')],
    ['a dict that holds itself', pickle('}q\x00', text('a'), 'h\x00s')],
    ['a tuple in its own list', pickle(']q\x00h\x00\x85q\x01ah\x01')],
    ['an object in its own state', pickle('cargparse\nNamespace\n)\x81q\x00}', text('a'), 'h\x00sb')],
  ])('%s', (_, file) => expectRefused(file, /contains itself/))

  test.each([
    ['a million marks', pickle('('.repeat(1_000_000)), /more values than the stack holds/],
    ['millions of values', pickle('N'.repeat(2_000_001)), /wait on the stack/],
    ['tuples in a million tuples', pickle('N', '\x85'.repeat(1_000_000)), /more than 200 levels/],
    ['lists in a million lists', pickle(']'.repeat(1_000_000), 'a'.repeat(999_999)), /more than 200 levels/],
    ['a chain that memory hides', pickle('Nq\x00', 'h\x00\x85q\x000'.repeat(100_000), 'h\x00'), /more than 200 levels/],
    ['doubling again and again', pickle('Nq\x00', '0h\x00h\x00\x86q\x00'.repeat(150)), /unfolds to more than/],
    [
      'copies of a long list',
      pickle('(', 'N'.repeat(500_000), 'lq\x000', `${SET}h\x00\x85R0`.repeat(1000), 'N'),
      /unpacks to more/,
    ],
  ])('%s', (_, file, message) => expectRefused(file, message))

  test('calls within calls are read without calls within calls', () => {
    expect(readPickleFile(pickle(SET.repeat(100_000), ']', '\x85R'.repeat(100_000)))).toEqual([])
  })

  test('torch files within torch files are limited', () => {
    let file = pickle('N')
    for (let level = 0; level < 10; level++)
      file = legacyTorch(load(file), { type: 'FloatStorage', count: 0, data: join() })
    expectRefused(file, /more than 3 levels deep/)
  })

  test('a depth that is allowed can be walked through', () => {
    expect(describeValue(readPickleFile(pickle('N', '\x85'.repeat(199))))).toBeDefined()
  })

  test('a list of a million things that are no pairs is no dict', () => {
    expectRefused(pickle('ccollections\nOrderedDict\n(', 'N'.repeat(1_000_000), 'l\x85R'), /no list of keys and values/)
  })

  test('instructions are counted, and calls as many', () => {
    expectRefused(pickle('N0'.repeat(500)), /more than 1000 pickle instructions/, { opcodes: 1000 })
    const calls = pickle('ccollections\nOrderedDict\nq\x00', 'h\x00)R0'.repeat(50))
    expectRefused(calls, /more than 1000 pickle instructions/, { opcodes: 1000 })
  })

  test('marks, values and copies wait on the stack', () => {
    const limits = { stack: 1000 }
    for (const waiting of ['('.repeat(1001), 'N'.repeat(1001), `N${'2'.repeat(1000)}`])
      expectRefused(pickle(waiting), /more than 1000 values wait on the stack/, limits)
  })

  test('containers and texts are counted as memory, views of the file are not', () => {
    const limits = { madeBytes: 100_000 }
    expectRefused(pickle('}'.repeat(1000)), /unpacks to more than 100000 bytes/, limits)
    expectRefused(pickle(text('a'.repeat(60_000))), /unpacks to more than 100000 bytes/, limits)
    expect(readPickleFile(pickle('B', uint32(200_000), new Uint8Array(200_000)), limits)).toHaveLength(200_000)
  })

  test('limits can be set', () => {
    const file = pickle(']]a')
    expect(readPickleFile(file, { depth: 2 })).toEqual([[]])
    expectRefused(file, /more than 1 levels/, { depth: 1 })
    expectRefused(pickle('(NNt'), /unfolds to more than 2 values/, { values: 2 })
    expectRefused(pickle('Nq\x02'), /under the number 2, at most 2 may be/, { memo: 2 })
  })
})
