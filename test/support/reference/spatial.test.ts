import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../functions/gpu/random.ts'
import { closeTo } from '../close.ts'
import { concat, slice } from './layout.ts'
import { at, type NdArray, ndArray, tabulate } from './ndArray.ts'
import { averagePool, type Convolution, conv2d, convTranspose2d, maxPool, resizeBilinear } from './spatial.ts'

const image = (rows: readonly (readonly number[])[]) => ndArray([1, 1, rows.length, rows[0]?.length ?? 0], rows.flat())
const normal = (name: string, ...shape: number[]) => {
  const random = createRandom(0, name)
  return tabulate(shape, () => random.normal())
}
const dot = (a: NdArray, b: NdArray) =>
  a.data.reduce((sum, value, position) => sum + value * (b.data[position] ?? 0), 0)
const channels = (array: NdArray, axis: number, start: number, end: number) => slice(array, [{ axis, start, end }])

describe('conv2d', () => {
  const square = image([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ])

  test('slides the kernel without flipping it', () => {
    const kernel = image([
      [1, 0],
      [0, -2],
    ])
    expect(conv2d(square, kernel)).toEqual(
      image([
        [1 - 10, 2 - 12],
        [4 - 16, 5 - 18],
      ]),
    )
  })

  test('reads zeros from the padding: top, left, bottom, right', () => {
    const corner = image([
      [1, 10],
      [100, 1000],
    ])
    expect(conv2d(square, corner, { pads: [1, 0, 0, 1], strides: [2, 2] })).toEqual(
      image([
        [100 + 2000, 300],
        [4 + 50 + 700 + 8000, 6 + 900],
      ]),
    )
  })

  test('sums over channels and adds the bias of each output', () => {
    const twoChannels = ndArray([1, 2, 1, 1], [3, 5])
    const kernel = ndArray([2, 2, 1, 1], [1, 1, 2, -1])
    expect(conv2d(twoChannels, kernel, { bias: ndArray([2], [0.5, 100]) })).toEqual(ndArray([1, 2, 1, 1], [8.5, 101]))
  })

  test('with dilation equals a kernel with zeros between its taps', () => {
    const [x, kernel] = [normal('image', 2, 3, 8, 9), normal('kernel', 4, 3, 2, 3)]
    const spread = tabulate([4, 3, 4, 5], ([o = 0, c = 0, i = 0, j = 0]) =>
      i % 3 === 0 && j % 2 === 0 ? at(kernel, [o, c, i / 3, j / 2]) : 0,
    )
    const window = { pads: [2, 1, 0, 3], strides: [2, 1] } as const
    const dilated = conv2d(x, kernel, { ...window, dilations: [3, 2] })
    expect(dilated.shape).toEqual([2, 4, 4, 9])
    closeTo(dilated.data, conv2d(x, spread, window).data, 1e-14)
  })

  test('in groups equals a convolution for each group', () => {
    const [x, kernel] = [normal('image', 2, 4, 5, 5), normal('kernel', 6, 2, 3, 3)]
    const each = [0, 1].map((group) =>
      conv2d(channels(x, 1, 2 * group, 2 * group + 2), channels(kernel, 0, 3 * group, 3 * group + 3)),
    )
    expect(conv2d(x, kernel, { groups: 2 })).toEqual(concat(each, 1))
  })

  test('refuses a kernel for other channels', () => {
    expect(() => conv2d(square, ndArray([1, 2, 1, 1], [1, 1]))).toThrow(
      'kernel [1,2,1,1] in 1 groups on image [1,1,3,3]',
    )
  })
})

describe('convTranspose2d', () => {
  test('puts a scaled kernel down for every pixel', () => {
    const kernel = image([
      [1, 2],
      [3, 4],
    ])
    expect(convTranspose2d(image([[1, 10]]), kernel)).toEqual(
      image([
        [1, 12, 20],
        [3, 34, 40],
      ]),
    )
    expect(convTranspose2d(image([[1, 10]]), kernel, { strides: [1, 3], outputPadding: [1, 1] })).toEqual(
      image([
        [1, 2, 0, 10, 20, 0],
        [3, 4, 0, 30, 40, 0],
        [0, 0, 0, 0, 0, 0],
      ]),
    )
    expect(convTranspose2d(image([[1, 10]]), kernel, { pads: [1, 0, 0, 2], bias: ndArray([1], [0.5]) })).toEqual(
      image([[3.5]]),
    )
  })

  // ⟨conv(x), y⟩ = ⟨x, convTranspose(y)⟩ for all x and y, which says everything about one when the other is right.
  test.each<{ name: string; options: Convolution; outputPadding: [number, number] }>([
    { name: 'stride 1', options: {}, outputPadding: [0, 0] },
    { name: 'strides and pads', options: { strides: [2, 3], pads: [1, 0, 2, 1] }, outputPadding: [1, 2] },
    { name: 'dilations', options: { strides: [2, 2], dilations: [2, 1], pads: [1, 1, 1, 1] }, outputPadding: [0, 0] },
    { name: 'groups', options: { strides: [2, 2], groups: 2 }, outputPadding: [0, 1] },
  ])('is the adjoint of conv2d: $name', ({ options, outputPadding }) => {
    const kernel = normal('kernel', 6, 4 / (options.groups ?? 1), 3, 2)
    const y = normal('y', 2, 6, 4, 3)
    const back = convTranspose2d(y, kernel, { ...options, outputPadding })
    const x = normal('x', ...back.shape)
    const forth = conv2d(x, kernel, options)
    expect(forth.shape).toEqual(y.shape)
    expect(back.shape[1]).toBe(4)
    closeTo([dot(forth, y)], [dot(x, back)], 1e-12)
  })
})

describe('resizeBilinear', () => {
  test('doubles a row at quarters between pixel centres', () => {
    expect(resizeBilinear(image([[0, 4, 8]]), 1, 6)).toEqual(image([[0, 1, 3, 5, 7, 8]]))
  })

  test('halves by the mean of neighbours and keeps the same size as it is', () => {
    expect(resizeBilinear(image([[0, 4, 8, 10]]), 1, 2)).toEqual(image([[2, 9]]))
    const x = normal('image', 1, 2, 3, 4)
    expect(resizeBilinear(x, 3, 4)).toEqual(x)
  })

  test('keeps a plane a plane, away from the border', () => {
    const plane = tabulate([1, 1, 6, 5], ([, , y = 0, x = 0]) => 2 * (y + 0.5) - 3 * (x + 0.5))
    const larger = resizeBilinear(plane, 9, 20)
    for (const [y, x] of [
      [1, 2],
      [4, 9],
      [7, 17],
    ] as const) {
      const exact = (2 * (y + 0.5) * 6) / 9 - (3 * (x + 0.5) * 5) / 20
      closeTo([at(larger, [0, 0, y, x])], [exact], 1e-14)
    }
  })
})

describe('pooling', () => {
  const square = image([
    [-1, -2, -3],
    [-4, -5, -6],
    [-7, -8, -9],
  ])

  test('takes the largest of each window and nothing from the padding', () => {
    expect(maxPool(square, [2, 2])).toEqual(
      image([
        [-1, -2],
        [-4, -5],
      ]),
    )
    expect(maxPool(square, [2, 2], { strides: [2, 2], pads: [1, 1, 0, 0] })).toEqual(
      image([
        [-1, -2],
        [-4, -5],
      ]),
    )
    expect(maxPool(square, [2, 2], { dilations: [2, 2] })).toEqual(image([[-1]]))
  })

  test('takes the mean of each window, with the padding or without', () => {
    const window = { strides: [2, 2], pads: [1, 1, 0, 0] } as const
    expect(averagePool(square, [2, 2], window)).toEqual(
      image([
        [-1, -2.5],
        [-5.5, -7],
      ]),
    )
    expect(averagePool(square, [2, 2], { ...window, countPadding: true })).toEqual(
      image([
        [-0.25, -1.25],
        [-2.75, -7],
      ]),
    )
    expect(averagePool(square, [3, 3])).toEqual(image([[-5]]))
  })
})
