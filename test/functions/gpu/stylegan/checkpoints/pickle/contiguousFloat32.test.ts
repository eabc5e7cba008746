import { describe, expect, test } from 'vitest'
import { contiguousFloat32 } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/contiguousFloat32.ts'
import { PickledTensor, type TorchType } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/value.ts'
import { expectCheckpointError } from './expectRefused.ts'

type Layout = Partial<ConstructorParameters<typeof PickledTensor>[0]>

const bytes = (array: Float32Array | Float64Array | BigInt64Array | Uint16Array) => new Uint8Array(array.buffer)
const range = (count: number) => Float32Array.from({ length: count }, (_, index) => index)
const tensor = (layout: Layout) =>
  new PickledTensor({ type: 'float32', storage: bytes(range(12)), offset: 0, shape: [12], strides: [1], ...layout })

describe('layouts', () => {
  test.each<[string, Layout, readonly number[]]>([
    ['row by row', { shape: [3, 4], strides: [4, 1] }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['transposed', { shape: [4, 3], strides: [1, 4] }, [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
    ['every other', { shape: [3, 2], strides: [4, 2] }, [0, 2, 4, 6, 8, 10]],
    ['from an offset', { offset: 5, shape: [2, 2], strides: [4, 2] }, [5, 7, 9, 11]],
    ['repeated', { offset: 3, shape: [2, 3], strides: [0, 1] }, [3, 4, 5, 3, 4, 5]],
    ['three axes in another order', { shape: [2, 2, 3], strides: [1, 6, 2] }, [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]],
    ['one number', { offset: 11, shape: [], strides: [] }, [11]],
    ['axes of length 1 with any stride', { shape: [1, 12, 1], strides: [999, 1, 7] }, [...range(12)]],
    ['nothing', { offset: 12, shape: [4, 0], strides: [1000, 1000] }, []],
  ])('%s', (_, layout, expected) => {
    const { shape, data } = contiguousFloat32(tensor(layout))
    expect([...data]).toEqual(expected)
    expect(shape).toEqual(layout.shape)
  })

  test('what lies aligned and dense is a view, what does not is a copy', () => {
    const storage = bytes(range(13))
    expect(contiguousFloat32(tensor({ storage, shape: [13] })).data.buffer).toBe(storage.buffer)
    const moved = new Uint8Array(53)
    moved.set(storage, 1)
    expect(contiguousFloat32(tensor({ storage: moved.subarray(1), shape: [13] })).data).toEqual(range(13))
  })
})

describe('types', () => {
  test.each<[TorchType, Uint8Array, readonly number[]]>([
    [
      'float64',
      bytes(Float64Array.of(0.1, -1e-300, Number.NEGATIVE_INFINITY)),
      [Math.fround(0.1), -0, Number.NEGATIVE_INFINITY],
    ],
    ['float16', bytes(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001)), [1, -2, 65504, 2 ** -24]],
    ['bfloat16', bytes(Uint16Array.of(0x3f80, 0xc000, 0x7f80)), [1, -2, Number.POSITIVE_INFINITY]],
    ['int64', bytes(BigInt64Array.of(-5n, 2n ** 24n + 1n, 2n ** 62n)), [-5, 2 ** 24, 2 ** 62]],
    ['int32', Uint8Array.of(0xfe, 0xff, 0xff, 0xff), [-2]],
    ['int16', Uint8Array.of(0xfe, 0xff, 0, 0x80), [-2, -32768]],
    ['int8', Uint8Array.of(0xfe, 0x7f), [-2, 127]],
    ['uint8', Uint8Array.of(0xfe, 0x7f), [254, 127]],
    ['bool', Uint8Array.of(0, 1), [0, 1]],
  ])('%s becomes float32', (type, storage, expected) => {
    const read = (bytes: Uint8Array) => [
      ...contiguousFloat32(tensor({ type, storage: bytes, shape: [expected.length] })).data,
    ]
    expect(read(storage)).toEqual(expected)
    const moved = new Uint8Array(storage.length + 3)
    moved.set(storage, 3)
    expect(read(moved.subarray(3))).toEqual(expected)
  })

  test('a float64 that float32 cannot hold is refused', () => {
    const storage = bytes(Float64Array.of(0, Number.POSITIVE_INFINITY, -1e39))
    expectCheckpointError(
      () => contiguousFloat32(tensor({ type: 'float64', storage, shape: [3] })),
      /-1e\+39, too large for float32/,
    )
  })
})

describe('layouts that reach outside are refused', () => {
  test.each<[string, Layout, RegExp]>([
    [
      'one too many',
      { shape: [13] },
      /shape \[13\], strides \[1\] and offset 0 reaches beyond its storage of 12 elements/,
    ],
    ['strides too far', { shape: [2, 2], strides: [11, 1] }, /reaches beyond/],
    ['an offset too far', { offset: 12, shape: [1] }, /reaches beyond/],
    ['a part of an element', { storage: new Uint8Array(47) }, /storage of 11 elements/],
    ['wider elements', { type: 'float64' }, /storage of 6 elements/],
    ['a negative stride', { strides: [-1] }, /no valid layout/],
    ['a negative offset', { offset: -1 }, /no valid layout/],
    ['a negative length', { shape: [-1] }, /no valid layout/],
    ['half an element', { offset: 0.5, shape: [2] }, /no valid layout/],
    ['not a number', { strides: [Number.NaN] }, /no valid layout/],
    ['an infinite length', { shape: [Number.POSITIVE_INFINITY], strides: [0] }, /no valid layout/],
    ['products that overflow', { shape: [2 ** 52, 2 ** 52], strides: [2 ** 52, 2 ** 52] }, /reaches beyond/],
    ['a count that overflows', { shape: Array(64).fill(2 ** 52), strides: Array(64).fill(0) }, /reaches beyond/],
    ['gigabytes of one element', { shape: [2 ** 32], strides: [0] }, /repeats the 12 elements/],
    ['axes without strides', { shape: [3, 4] }, /no valid layout/],
    ['more axes than numpy has', { shape: Array(65).fill(1), strides: Array(65).fill(1) }, /65 axes/],
  ])('%s', (_, layout, message) => expectCheckpointError(() => contiguousFloat32(tensor(layout)), message))
})
