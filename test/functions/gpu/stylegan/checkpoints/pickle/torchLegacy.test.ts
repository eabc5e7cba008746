import { describe, expect, test } from 'vitest'
import { readPickleFile } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/readPickleFile.ts'
import { describeValue } from './describeValue.ts'
import { expectRefused } from './expectRefused.ts'
import {
  integer,
  integers,
  join,
  legacyTorch,
  pickle,
  storageId,
  tensor,
  text,
  type WrittenTensor,
} from './writePickle.ts'

describe('torch files that do not fit together', () => {
  const four = { type: 'FloatStorage', count: 4, data: new Uint8Array(16) }
  const withTensor = (layout: WrittenTensor) => legacyTorch(tensor(storageId(four), layout), four)

  test('the one that fits is read', () => {
    const value = readPickleFile(withTensor({ offset: 1, shape: [3], strides: [1] }))
    expect(describeValue(value)).toEqual({ tensor: 'float32', shape: [3], values: [0, 0, 0] })
  })

  test.each<[string, WrittenTensor, RegExp]>([
    ['a shape beyond the storage', { shape: [5], strides: [1] }, /reaches beyond its storage of 4 elements/],
    ['strides beyond the storage', { shape: [2, 2], strides: [3, 1] }, /reaches beyond/],
    ['an offset beyond the storage', { offset: 4, shape: [], strides: [] }, /reaches beyond/],
    ['an empty tensor beyond the storage', { offset: 5, shape: [0], strides: [1] }, /reaches beyond/],
    ['a stride that overflows', { shape: [2 ** 40, 2], strides: [2 ** 40, 1] }, /reaches beyond|valid layout/],
    ['repeated without end', { shape: [2 ** 40], strides: [0] }, /repeats the 4 elements/],
    ['a count that overflows', { shape: [2 ** 40, 2 ** 40], strides: [0, 0] }, /reaches beyond/],
    ['a negative stride', { shape: [2], strides: [-1] }, /_rebuild_tensor_v2 does not get/],
    ['a negative offset', { offset: -1, shape: [2], strides: [1] }, /_rebuild_tensor_v2 does not get/],
    ['a negative length', { shape: [-2], strides: [1] }, /_rebuild_tensor_v2 does not get/],
    ['a length beyond 2⁵³', { shape: [2 ** 60], strides: [1] }, /_rebuild_tensor_v2 does not get/],
    ['fewer strides than axes', { shape: [2, 2], strides: [1] }, /2 axes and 1 strides/],
    ['a hundred axes', { shape: Array(100).fill(1), strides: Array(100).fill(1) }, /_rebuild_tensor_v2 does not get/],
  ])('%s', (_, layout, message) => expectRefused(withTensor(layout), message))

  test.each([
    ['more elements than data', { ...four, count: 5 }, /20 bytes are announced/],
    ['2⁶² elements', { ...four, count: 4, dataCount: 2 ** 62 }, /has 4611686018427387904 elements, expected 4/],
    ['other elements than the id says', { ...four, count: 3, dataCount: 4 }, /has 4 elements, expected 3/],
    ['gigabytes that are not there', { ...four, count: 2 ** 40 }, /4398046511104 bytes are announced/],
    ['an unknown type', { ...four, type: 'QInt8Storage' }, /"torch\.QInt8Storage"/],
    ['a type that is none', { ...four, type: 'Size' }, /the id of a storage does not get/],
  ])('a storage of %s', (_, storage, message) => expectRefused(legacyTorch(storageId(storage), storage), message))

  test.each([
    [
      'a storage that is not there',
      legacyTorch(join('(', text('storage'), 'ctorch\nFloatStorage\n', text('1'), text('cpu'), 'K\x04NtQ'), four),
      /lists storages wrongly/,
    ],
    [
      'an id of a module',
      legacyTorch(join('(', text('module'), 'N', text('a'), text('b'), 'tQ'), four),
      /the id of a storage/,
    ],
    [
      'a tensor of no storage',
      legacyTorch(tensor(join(']'), { shape: [1], strides: [1] }), four),
      /_rebuild_tensor_v2/,
    ],
    [
      'a parameter of no tensor',
      legacyTorch(join('ctorch._utils\n_rebuild_parameter\n]\x89}\x87R'), four),
      /a torch parameter/,
    ],
    [
      'a negated tensor',
      legacyTorch(
        join(
          'ctorch._utils\n_rebuild_tensor_v2\n(',
          storageId(four),
          'K\x00',
          integers([4]),
          integers([1]),
          '\x89}}',
          text('neg'),
          '\x88stR',
        ),
        four,
      ),
      /expected an empty dict/,
    ],
    ['another version', join(legacyTorch(join('N'), four).subarray(0, 15), pickle(integer(1002))), /version/],
  ])('%s', (_, file, message) => expectRefused(file, message))
})
