import { describe, expect, test } from 'vitest'
import { readPickleFile } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/readPickleFile.ts'
import { describeValue } from './describeValue.ts'
import { expectCheckpointError } from './expectRefused.ts'
import { join, pickle, storageId, tensor, text, uint32 } from './writePickle.ts'
import { type WrittenEntry, writeZip } from './writeZip.ts'

const numbers = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer)
const storage = { type: 'FloatStorage', count: 4, data: numbers }
const object = pickle(tensor(storageId(storage), { shape: [2, 2], strides: [1, 2] }))
const data: WrittenEntry = { name: 'archive/data.pkl', content: object }
const first: WrittenEntry = { name: 'archive/data/0', content: numbers }
const read = (entries: readonly WrittenEntry[], options = {}) => readPickleFile(writeZip(entries, options))
const expected = { tensor: 'float32', shape: [2, 2], values: [1, 3, 2, 4] }

describe('archives of torch.save', () => {
  test.each([
    ['stored', [data, first], {}],
    [
      'deflated',
      [
        { ...data, deflated: true },
        { ...first, deflated: true },
      ],
      {},
    ],
    [
      'with 64-bit sizes',
      [
        { ...data, zip64: true },
        { ...first, zip64: true },
      ],
      {},
    ],
    ['with a 64-bit directory', [data, first], { zip64: true }],
    [
      'without checksums',
      [
        { ...data, checksum: 0 },
        { ...first, checksum: 0 },
      ],
      {},
    ],
    [
      'under any name',
      [
        { ...data, name: 'génératrice/data.pkl' },
        { ...first, name: 'génératrice/data/0' },
      ].map(latin1),
      {},
    ],
    ['with a byte order', [data, first, { name: 'archive/byteorder', content: join('little') }], {}],
  ])('%s', (_, entries, options) => {
    expect(describeValue(read(entries, options))).toEqual(expected)
  })

  test('may have a comment', () => {
    const file = writeZip([data, first])
    file[file.length - 2] = 5
    expect(describeValue(readPickleFile(join(file, 'PK\x05\x06!')))).toEqual(expected)
  })
})

describe('archives that are refused', () => {
  test.each<[string, readonly WrittenEntry[], RegExp]>([
    ['empty', [], /zip archive with 0 data\.pkl/],
    [
      'not of torch',
      [{ ...data, name: 'word/document.xml' }],
      /zip archive with 0 data\.pkl, not one that torch\.save wrote/,
    ],
    ['of two objects', [data, { ...data, name: 'other/data.pkl' }], /2 data\.pkl/],
    ['without the storage', [data], /storage "0" is not in the archive/],
    ['with a storage too short', [data, { ...first, content: numbers.subarray(4) }], /has 12 bytes, needs 16/],
    ['big-endian', [data, first, { name: 'archive/byteorder', content: join('big') }], /big-endian/],
    ['a name twice', [data, first, first], /holds "archive\/data\/0" twice/],
    ['a wrong checksum', [data, { ...first, checksum: 1 }], /checksum of "archive\/data\/0"/],
    [
      'a wrong checksum of the pickle',
      [{ ...data, checksum: 1, deflated: true }, first],
      /checksum of "archive\/data\.pkl"/,
    ],
    ['a size too large', [data, { ...first, size: 17 }], /has 16 bytes, the archive says 17/],
    ['a size too small', [data, { ...first, size: 15 }], /has 16 bytes, the archive says 15/],
    ['a deflated size too large', [data, { ...first, deflated: true, size: 17 }], /has 16 bytes, the archive says 17/],
    ['a deflated size too small', [data, { ...first, deflated: true, size: 15 }], /cannot be decompressed/],
    ['a packed size beyond the file', [data, { ...first, packedSize: 2 ** 31 }], /2147483648 bytes are announced/],
    [
      'a 64-bit size beyond the file',
      [data, { ...first, packedSize: 2 ** 52, zip64: true }],
      /4503599627370496 bytes are announced/,
    ],
    ['a place beyond the file', [data, { ...first, begin: 2 ** 31 }], /2147483648 bytes are announced/],
    ['a place in the middle', [data, { ...first, begin: 7 }], /no entry "archive\/data\/0" where it should be/],
    ['another entry in its place', [data, { ...first, begin: 0 }], /in two different ways/],
    ['a name of its own', [data, { ...first, ownName: 'archive/data/1' }], /in two different ways/],
    ['damaged compression', [data, { ...first, method: 8 }], /in two different ways|cannot be decompressed/],
    ['encryption', [data, { ...first, flags: 1 }], /encrypted/],
    ['another compression', [data, { ...first, method: 12 }], /method 12/],
    ['64-bit numbers that are missing', [data, { ...first, size: 0xffffffff }], /no valid size/],
  ])('%s', (_, entries, message) => expectCheckpointError(() => read(entries), message))

  test.each(['../evil', '/etc/passwd', 'archive/../../evil', '..\\evil', 'C:/evil', 'archive/\0', '..'])(
    'names that lead out of it: %j',
    (name) => {
      expectCheckpointError(() => read([data, first, { ...first, name }]), /which leads out of it: the file is refused/)
    },
  )

  test('a key of a storage cannot lead out of the archive', () => {
    const id = join('(', text('storage'), 'ctorch\nFloatStorage\n', text('../../secret'), text('cpu'), 'K\x04tQ')
    expectCheckpointError(
      () => read([{ ...data, content: pickle(id) }, first]),
      /storage "\.\.\/\.\.\/secret" is not in the archive/,
    )
  })

  test('a directory that promises more entries than it has', () => {
    expectCheckpointError(() => read([data, first], { count: 3 }), /directory of the archive is damaged/)
    expectCheckpointError(
      () => read([data, first], { count: 2 ** 40, zip64: true }),
      /directory of the archive is damaged/,
    )
  })

  test('an archive whose end is missing', () => {
    expectCheckpointError(
      () => readPickleFile(writeZip([data, first]).subarray(0, -1)),
      /zip archive without a directory/,
    )
  })
})

describe('archives that are made to exhaust memory or time', () => {
  const zeros = new Uint8Array(2 ** 20)

  test('an entry that says how large it becomes is not decompressed', () => {
    const bomb = { name: 'archive/data.pkl', content: zeros, deflated: true, size: 2 ** 30, zip64: true }
    expectCheckpointError(() => read([bomb]), /unpacks to more than 536870912 bytes/)
  })

  test('an entry that lies about it is decompressed no further than it says', () => {
    const bomb = { name: 'archive/data.pkl', content: zeros, deflated: true, size: 100 }
    expectCheckpointError(() => read([bomb]), /cannot be decompressed/)
  })

  test('many entries are counted together', () => {
    const ids = Array.from({ length: 20 }, (_, key) =>
      join('(', text('storage'), 'ctorch\nByteStorage\n', text(String(key)), text('cpu'), 'K\x00tQ'),
    )
    const entries = ids.map((_, key) => ({ name: `archive/data/${key}`, content: zeros, deflated: true }))
    const file = writeZip([{ ...data, content: pickle('(', ...ids, 't') }, ...entries])
    expectCheckpointError(
      () => readPickleFile(file, { madeBytes: 10 * 2 ** 20 }),
      /unpacks to more than 10485760 bytes/,
    )
    expect(readPickleFile(file)).toHaveLength(20)
  })

  test('the same bytes are read a few times at most', () => {
    const storage = { type: 'ByteStorage', count: zeros.length, data: zeros }
    const inner = writeZip([
      { ...data, content: pickle(storageId(storage)) },
      { ...first, content: zeros },
    ])
    const name = 'ctorch.storage\n_load_from_bytes\nq\x000'
    const load = (times: number) =>
      pickle(name, 'B', uint32(inner.length), inner, 'q\x010(', 'h\x00h\x01\x85R'.repeat(times), 't')
    expect(readPickleFile(load(3))).toHaveLength(3)
    expectCheckpointError(() => readPickleFile(load(1000)), /the same bytes again and again/)
  })
})

function latin1(entry: WrittenEntry): WrittenEntry {
  return { ...entry, name: Buffer.from(entry.name).toString('latin1') }
}
