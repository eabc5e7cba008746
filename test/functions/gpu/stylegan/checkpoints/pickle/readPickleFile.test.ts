import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../../../../../../functions/gpu/stylegan/checkpoints/errors.ts'
import { readPickleFile } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/readPickleFile.ts'
import {
  PickledObject,
  PickledTensor,
  type PickleValue,
} from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/value.ts'
import { fixture, jsonFixture } from '../../../../../support/fixture.ts'
import { describeValue, roundTensors } from './describeValue.ts'

const item = (value: PickleValue | undefined, ...path: PickleValue[]): PickleValue | undefined =>
  path.reduce<PickleValue | undefined>((inside, key) => {
    if (inside instanceof PickledObject) return inside.state.get(key)
    if (inside instanceof Map) return inside.get(key)
    return Array.isArray(inside) && typeof key === 'number' ? inside[key] : undefined
  }, value)

describe('files that PyTorch, Python and numpy wrote', () => {
  const expected = roundTensors(jsonFixture('pickle/values.expected.json'))

  test.each([
    'values.zip.pt',
    'values.zip.protocol3.pt',
    'values.zip.protocol4.pt',
    'values.zip.protocol5.pt',
    'values.deflated.pt',
    'values.legacy.pt',
    'values.protocol2.pkl',
    'values.protocol3.pkl',
    'values.protocol4.pkl',
    'values.protocol5.pkl',
  ])('%s holds what Python reads in it', (name) => {
    expect(describeValue(readPickleFile(fixture(`pickle/${name}`)))).toEqual(expected)
  })

  test.each(['small.zip.pt', 'small.legacy.pt', 'small.unsummed.pt'])('%s, too', (name) => {
    const small = jsonFixture('pickle/small.expected.json')
    expect(describeValue(readPickleFile(fixture(`pickle/${name}`)))).toEqual(small)
  })

  test.each([2, 3, 4, 5])('networks as NVIDIA pickles them, with protocol %d', (protocol) => {
    const value = readPickleFile(fixture(`pickle/network.protocol${protocol}.pkl`))
    expect(describeValue(value)).toEqual(roundTensors(jsonFixture('pickle/network.expected.json')))
  })

  test('reads the same from a Buffer and from bytes that begin at an odd address', () => {
    const file = fixture('pickle/values.legacy.pt')
    const padded = Buffer.alloc(file.length + 1)
    padded.set(file, 1)
    expect(describeValue(readPickleFile(padded.subarray(1)))).toEqual(expected)
  })
})

describe('what is read', () => {
  test('the source text of persistent objects is dropped', () => {
    const network = item(readPickleFile(fixture('pickle/network.protocol4.pkl')), 'G_ema')
    expect(network).toBeInstanceOf(PickledObject)
    expect(JSON.stringify(describeValue(network ?? null))).not.toContain('os.system')
  })

  test('a storage inside a pickle is a view of the file', () => {
    const file = fixture('pickle/values.protocol4.pkl')
    const tensor = item(readPickleFile(file), 'float32')
    expect(tensor instanceof PickledTensor && tensor.storage.buffer).toBe(file.buffer)
  })

  test.each(['values.zip.pt', 'values.legacy.pt'])(
    'tensors of %s share storages, which are views of the file',
    (name) => {
      const file = fixture(`pickle/${name}`)
      const value = readPickleFile(file)
      const [whole, view] = [item(value, 'float32'), item(value, 'transposed')]
      if (!(whole instanceof PickledTensor && view instanceof PickledTensor)) throw new Error('these are no tensors')
      expect(whole.storage.buffer).toBe(file.buffer)
      expect(view.storage.byteOffset).toBe(whole.storage.byteOffset)
      expect([view.shape, view.strides]).toEqual([
        [6, 4],
        [1, 6],
      ])
    },
  )

  test('a value that is there twice is one value', () => {
    const value = readPickleFile(fixture('pickle/values.zip.pt'))
    expect(item(value, 'shared', 0)).toBe(item(value, 'shared', 1))
    expect(item(value, 'shared', 2, 'again')).toBe(item(value, 'shared', 0))
  })

  test('a key __proto__ is a key like any other', () => {
    const value = readPickleFile(fixture('pickle/values.protocol5.pkl'))
    expect(item(value, 'keys', '__proto__')).toEqual(new Map([['polluted', true]]))
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})

describe('what is no pickle', () => {
  test.each([
    ['nothing', '', /it is empty/],
    ['a web page', '<!DOCTYPE html><html>', /begins with "<!DOCTYPE html><"/],
    ['an HDF5 file', '\x89HDF\r\n\x1a\n', /begins with 894844460d0a1a0a/],
    ['a pickle of protocol 0', 'I1\n.', /protocol 2 or later/],
  ])('%s', (_, text, message) => {
    const read = () => readPickleFile(Buffer.from(text, 'latin1'))
    expect(read).toThrow(CheckpointError)
    expect(read).toThrow(message)
  })
})
