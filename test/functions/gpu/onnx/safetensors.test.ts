import { describe, expect, test } from 'vitest'
import { assertFinite, NonFiniteError } from '../../../../functions/gpu/onnx/finite.ts'
import {
  float32Values,
  readSafetensors,
  SafetensorsError,
  type StoredTensor,
  writeSafetensors,
} from '../../../../functions/gpu/onnx/safetensors.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { fixture } from '../../../support/fixture.ts'

// Written by the Python library safetensors 0.8.0 (`safetensors.serialize`), one tensor of each dtype.
const everyDtype = fixture('safetensors/every-dtype.safetensors')

const file = (header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array => {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  bytes.set(data, 8 + json.length)
  return bytes
}
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, index) => index)
const u8 = (begin: number, end: number) => ({ dtype: 'U8', shape: [end - begin], data_offsets: [begin, end] })

describe('readSafetensors', () => {
  test('reads every dtype of a file that the Python library wrote', () => {
    const { tensors, metadata } = readSafetensors(everyDtype)
    expect(metadata).toEqual({ 'made by': 'safetensors 0.8.0' })
    expect(new Map(tensors)).toEqual(
      new Map<string, StoredTensor>([
        ['a.i64', { dtype: 'I64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) }],
        ['b.f64', { dtype: 'F64', shape: [2, 2], data: Float64Array.of(0.1, -2.5, 1e300, Math.PI) }],
        ['empty', { dtype: 'F32', shape: [0, 4], data: new Float32Array() }],
        ['weight', { dtype: 'F32', shape: [1, 3], data: Float32Array.of(1.5, -0, Number.NaN) }],
        ['i32', { dtype: 'I32', shape: [], data: Int32Array.of(-7) }],
        ['brain', { dtype: 'BF16', shape: [3], data: Uint16Array.of(0x3fc0, 0xc000, 0x7f80) }],
        ['half', { dtype: 'F16', shape: [5], data: Uint16Array.of(0x3555, 0x7bff, 0x0001, 0xfc00, 0xc000) }],
        ['i16', { dtype: 'I16', shape: [1], data: Int16Array.of(-32768) }],
        ['i8', { dtype: 'I8', shape: [3], data: Int8Array.of(-128, 0, 127) }],
        ['größe "q"', { dtype: 'U8', shape: [1], data: Uint8Array.of(9) }],
        ['u8', { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 128, 255) }],
        ['bool', { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }],
      ]),
    )
  })

  test('lists tensors in the order of their bytes', () => {
    const { tensors } = readSafetensors(file({ late: u8(2, 3), early: u8(0, 2) }, bytes(3)))
    expect([...tensors.keys()]).toEqual(['early', 'late'])
  })

  test('reads the same from bytes that begin at an odd address, Buffer or not', () => {
    const expected = readSafetensors(everyDtype)
    const padded = new Uint8Array(everyDtype.length + 1)
    padded.set(everyDtype, 1)
    expect(readSafetensors(padded.subarray(1))).toEqual(expected)
    expect(readSafetensors(Buffer.from(padded.buffer, 1))).toEqual(expected)
  })

  test('reads a file of no tensors, padded with spaces', () => {
    expect(readSafetensors(file('{}      '))).toEqual({ tensors: new Map(), metadata: {} })
  })

  test('keeps names that JavaScript objects treat in their own way', () => {
    const { tensors, metadata } = readSafetensors(
      file('{"__metadata__":{"__proto__":"m"},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', bytes(1)),
    )
    expect([...tensors.keys()]).toEqual(['__proto__'])
    expect(Object.entries(metadata)).toEqual([['__proto__', 'm']])
  })

  test('refuses a file cut short at any byte', () => {
    for (let length = 0; length < everyDtype.length; length += 1) {
      expect(() => readSafetensors(everyDtype.subarray(0, length)), `${length} bytes`).toThrow(SafetensorsError)
    }
  })

  test.each([
    ['no bytes', new Uint8Array(), /0 bytes are too few/],
    ['a header longer than the file', Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0x7b), /ends at byte 17 of a file of 9/],
    ['a header beyond 100 MB', Uint8Array.of(1, 225, 245, 5, 0, 0, 0, 0), /100000001 bytes is announced/],
    ['a header beyond all numbers', new Uint8Array(8).fill(255), /18446744073709551615 bytes is announced/],
    ['an empty header', file(''), /does not begin with '\{'/],
    ['a header that begins with a space', file(' {}'), /does not begin with '\{'/],
    ['a header that is a list', file('[]'), /does not begin with '\{'/],
    ['a header that is not JSON', file('{"a":'), /not UTF-8 JSON/],
    ['a header that is not UTF-8', Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d), /not UTF-8 JSON/],
    ['a number for a tensor', file({ a: 1 }), /entry for 'a' is wrong/],
    ['a dtype from elsewhere', file({ a: { ...u8(0, 1), dtype: 'F8_E4M3' } }, bytes(1)), /'a' is wrong.*dtype/s],
    ['a missing shape', file({ a: { dtype: 'U8', data_offsets: [0, 1] } }, bytes(1)), /'a' is wrong.*shape/s],
    ['a negative length', file({ a: { ...u8(0, 1), shape: [-1] } }, bytes(1)), /'a' is wrong.*shape/s],
    ['a broken length', file({ a: { ...u8(0, 1), shape: [0.5] } }, bytes(1)), /'a' is wrong.*shape/s],
    ['three offsets', file({ a: { ...u8(0, 1), data_offsets: [0, 1, 2] } }, bytes(1)), /'a' is wrong.*data_offsets/s],
    ['an unknown field', file({ a: { ...u8(0, 1), strides: [1] } }, bytes(1)), /'a' is wrong.*strides/s],
    ['a shape beyond counting', file({ a: { ...u8(0, 0), shape: [2 ** 40, 2 ** 40, 0] } }), /more values than/],
    ['a shape that needs more bytes', file({ a: { ...u8(0, 3), shape: [4] } }, bytes(3)), /needs 4 bytes.*give 3/],
    ['a dtype that needs more bytes', file({ a: { ...u8(0, 3), dtype: 'I16' } }, bytes(3)), /needs 6 bytes.*give 3/],
    ['offsets in reverse', file({ a: { ...u8(0, 0), data_offsets: [2, 0] } }, bytes(2)), /'a' starts at byte 2/],
    ['a gap before the first tensor', file({ a: u8(1, 2) }, bytes(2)), /'a' starts at byte 1, expected 0: no tensor/],
    ['a gap between tensors', file({ a: u8(0, 1), b: u8(2, 3) }, bytes(3)), /'b' starts at byte 2, expected 1/],
    ['an overlap', file({ a: u8(0, 2), b: u8(1, 3) }, bytes(3)), /'b' starts at byte 1, expected 2: it overlaps/],
    ['two tensors over the same bytes', file({ a: u8(0, 2), b: u8(0, 2) }, bytes(2)), /'b' starts .* it overlaps/],
    ['offsets beyond the file', file({ a: u8(0, 4) }, bytes(3)), /'a' ends at byte \d+ of a file of/],
    ['bytes after the last tensor', file({ a: u8(0, 2) }, bytes(3)), /1 bytes after the last tensor/],
    ['a BOOL of 2', file({ a: { ...u8(0, 3), dtype: 'BOOL' } }, bytes(3)), /'a' is BOOL and holds 2 at position 2/],
    ['metadata that is no object', file({ __metadata__: 'x' }), /__metadata__ is not an object/],
    ['metadata that is no text', file({ __metadata__: { epoch: 1 } }), /holds a number under 'epoch'/],
    ['a tensor listed twice', file('{"a":{},"a":{}}'), /holds the key 'a' twice/],
    ['a tensor listed twice in other letters', file('{"a{\\"":{}, "\\u0061{\\"" : {}}'), /holds the key 'a\{"' twice/],
    ['metadata with a key twice', file('{"__metadata__":{"k":"1","k":"2"}}'), /holds the key 'k' twice/],
  ])('refuses %s', (_, damaged, message) => {
    expect(() => readSafetensors(damaged)).toThrow(SafetensorsError)
    expect(() => readSafetensors(damaged)).toThrow(message)
  })

  test('reads a mutated file or refuses it with its own error', () => {
    // Most random bytes end in "not UTF-8"; printable ones and digits come to the checks behind it.
    const kinds = ['0123456789', '"{}[]:,\\ -.eFIU8', String.fromCharCode(...Array(256).keys())]
    const outcomes = { read: 0, refused: 0 }
    for (let round = 0; round < 4000; round += 1) {
      const random = createRandom(round, 'mutations')
      const mutated = everyDtype.slice()
      const letters = kinds[round % kinds.length] ?? ''
      for (let changes = 1 + random.integer(4); changes > 0; changes -= 1) {
        mutated[random.integer(mutated.length)] = letters.charCodeAt(random.integer(letters.length))
      }
      try {
        for (const { shape, data } of readSafetensors(mutated).tensors.values()) {
          expect(data.length).toBe(shape.reduce((product, length) => product * length, 1))
        }
        outcomes.read += 1
      } catch (error) {
        expect(error, `round ${round}`).toBeInstanceOf(SafetensorsError)
        outcomes.refused += 1
      }
    }
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(100)
  })

  test('refuses a shape of a million axes in a short message', () => {
    const shape = Array<number>(1_000_000).fill(-1)
    expect(() => readSafetensors(file({ a: { dtype: 'U8', shape, data_offsets: [0, 0] } }))).toThrow(
      /^the header's entry for 'a' is wrong: .{1,500}$/s,
    )
  })
})

describe('writeSafetensors', () => {
  const { tensors, metadata } = readSafetensors(everyDtype)

  test('writes the very bytes that the Python library writes', () => {
    expect(writeSafetensors(tensors, metadata)).toEqual(everyDtype)
  })

  test('gives the same bytes whatever the order of tensors and metadata', () => {
    const reversed = new Map([...tensors].reverse())
    expect(writeSafetensors(reversed, { b: '1', a: '2' })).toEqual(writeSafetensors(tensors, { a: '2', b: '1' }))
  })

  test('lays every tensor where its elements are aligned, without copying when read again', () => {
    const mixed = new Map<string, StoredTensor>([
      ['a', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
      ['b', { dtype: 'F64', shape: [1], data: Float64Array.of(Math.E) }],
      ['c', { dtype: 'I16', shape: [1], data: Int16Array.of(-2) }],
    ])
    const written = writeSafetensors(mixed)
    const read = readSafetensors(written).tensors
    expect(read).toEqual(mixed)
    for (const { data } of read.values()) expect(data.buffer).toBe(written.buffer)
  })

  test('writes only the part of a buffer that the tensor looks at', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3)
    const read = readSafetensors(writeSafetensors(new Map([['part', { dtype: 'F32', shape: [2], data }]])))
    expect(read.tensors.get('part')?.data).toEqual(Float32Array.of(2, 3))
  })

  test('keeps names and metadata of any letters', () => {
    const names = ['10', '9', '__proto__', 'head/eye "left"', '形', '']
    const named = new Map<string, StoredTensor>(
      names.map((name, index) => [name, { dtype: 'U8', shape: [], data: Uint8Array.of(index) }]),
    )
    const read = readSafetensors(writeSafetensors(named, { 'note\n': '"\\ü' }))
    expect(new Map(read.tensors)).toEqual(named)
    expect(read.metadata).toEqual({ 'note\n': '"\\ü' })
  })

  test('writes a file of no tensors, with metadata or without', () => {
    expect(readSafetensors(writeSafetensors(new Map()))).toEqual({ tensors: new Map(), metadata: {} })
    expect(readSafetensors(writeSafetensors(new Map(), { a: 'b' })).metadata).toEqual({ a: 'b' })
  })

  test.each<[string, string, StoredTensor, RegExp]>([
    [
      'a shape that does not fit',
      'w',
      { dtype: 'F32', shape: [2], data: new Float32Array(3) },
      /needs 2 values, got 3/,
    ],
    ['a broken length', 'w', { dtype: 'F32', shape: [1.5, 2], data: new Float32Array(3) }, /a length of 1.5/],
    ['a negative length', 'w', { dtype: 'F32', shape: [-1, -3], data: new Float32Array(3) }, /a length of -1/],
    ['65 axes', 'w', { dtype: 'F32', shape: Array<number>(65).fill(1), data: new Float32Array(1) }, /has 65 axes/],
    ['a BOOL of 2', 'w', { dtype: 'BOOL', shape: [1], data: Uint8Array.of(2) }, /BOOL and holds 2/],
    ['the reserved name', '__metadata__', { dtype: 'U8', shape: [0], data: new Uint8Array() }, /reserves it/],
  ])('refuses %s', (_, name, tensor, message) => {
    expect(() => writeSafetensors(new Map([[name, tensor]]))).toThrow(SafetensorsError)
    expect(() => writeSafetensors(new Map([[name, tensor]]))).toThrow(message)
  })
})

describe('float32Values', () => {
  const { tensors } = readSafetensors(everyDtype)
  const values = (name: string) => {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw new Error(`no tensor ${name}`)
    return float32Values(name, tensor)
  }

  test('gives float32 as it lies and rounds float64', () => {
    expect(values('weight')).toBe(tensors.get('weight')?.data)
    expect(values('b.f64')).toEqual(Float32Array.of(0.1, -2.5, Number.POSITIVE_INFINITY, Math.PI))
  })

  test('widens float16: fractions, the largest, the smallest subnormal, infinity', () => {
    expect(values('half')).toEqual(Float32Array.of(1365 / 4096, 65504, 2 ** -24, Number.NEGATIVE_INFINITY, -2))
  })

  test('widens bfloat16', () => {
    expect(values('brain')).toEqual(Float32Array.of(1.5, -2, Number.POSITIVE_INFINITY))
  })

  test('keeps signed zeros, the smallest normal and NaN of both 16-bit formats', () => {
    const special = (dtype: 'F16' | 'BF16', ...bits: number[]) =>
      float32Values('special', { dtype, shape: [bits.length], data: Uint16Array.from(bits) })
    expect(special('F16', 0x0000, 0x8000, 0x0400, 0x7e00)).toEqual(Float32Array.of(0, -0, 2 ** -14, Number.NaN))
    expect(special('BF16', 0x0000, 0x8000, 0x0080, 0x7fc0)).toEqual(Float32Array.of(0, -0, 2 ** -126, Number.NaN))
  })

  test('refuses integers', () => {
    expect(() => values('i32')).toThrow(/'i32' has dtype I32, expected one of F32, F16, BF16, F64/)
  })
})

describe('assertFinite', () => {
  test('names the tensor, the first position and the value', () => {
    const damaged = Float32Array.of(1, 2, Number.NEGATIVE_INFINITY, Number.NaN)
    expect(() => assertFinite('mapping.fc0.weight', damaged)).toThrow(NonFiniteError)
    expect(() => assertFinite('mapping.fc0.weight', damaged)).toThrow(
      /'mapping.fc0.weight' holds -Infinity at position 2/,
    )
    expect(() => assertFinite('w', Float64Array.of(Number.NaN))).toThrow(/'w' holds NaN at position 0/)
  })

  test('passes finite and empty data', () => {
    assertFinite('w', Float64Array.of(0, -0, 1e308))
    assertFinite('w', new Float32Array())
  })
})
