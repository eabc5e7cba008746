import { at, lengthOf, type NdArray, offsetOf, sizeOf, tabulate } from './ndArray.ts'

/** How a window moves over an image. Pairs are [vertical, horizontal]. */
export interface Window {
  readonly strides?: readonly [number, number]
  /** Rows and columns of padding: [top, left, bottom, right]. */
  readonly pads?: readonly [number, number, number, number]
  readonly dilations?: readonly [number, number]
}

export interface Convolution extends Window {
  /** Input and output channels fall into this many groups that do not see each other. */
  readonly groups?: number
  /** One number for each output channel. */
  readonly bias?: NdArray
}

const resolved = ({ strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1] }: Window) => ({
  strides,
  pads,
  dilations,
})

/** Height and width of what a window of the given size makes of an image. */
function windowedSize(image: NdArray, kernel: readonly [number, number], window: Window): [number, number] {
  const { strides, pads, dilations } = resolved(window)
  const count = (axis: 0 | 1) => {
    const padded = lengthOf(image, 2 + axis) + pads[axis] + (pads[axis + 2] ?? 0)
    return Math.floor((padded - dilations[axis] * (kernel[axis] - 1) - 1) / strides[axis]) + 1
  }
  return [count(0), count(1)]
}

/** The image's element, or 0 where the padding lies. */
function pixel(image: NdArray, [n, c]: readonly [number, number], y: number, x: number): number {
  const inside = y >= 0 && y < lengthOf(image, 2) && x >= 0 && x < lengthOf(image, 3)
  return inside ? at(image, [n, c, y, x]) : 0
}

/**
 * result[n, o, y, x] = bias[o] + Σ_{c, i, j} image[n, c, y·s + i·d − top, x·s + j·d − left] · kernel[o, c, i, j],
 * where c runs over the channels of o's group. The kernel is not flipped.
 *
 * @param image - `[batch, channels, height, width]`
 * @param kernel - `[outputs, channels / groups, rows, columns]`
 */
export function conv2d(image: NdArray, kernel: NdArray, options: Convolution = {}): NdArray {
  const { groups = 1, bias } = options
  const { strides, pads, dilations } = resolved(options)
  const [batch = 0, channels = 0] = image.shape
  const [outputs = 0, perGroup = 0, rows = 0, columns = 0] = kernel.shape
  if (perGroup * groups !== channels || outputs % groups !== 0) {
    throw new RangeError(`kernel [${kernel.shape}] in ${groups} groups on image [${image.shape}]`)
  }
  return tabulate(
    [batch, outputs, ...windowedSize(image, [rows, columns], options)],
    ([n = 0, o = 0, y = 0, x = 0]) => {
      const firstChannel = Math.floor(o / (outputs / groups)) * perGroup
      let sum = bias === undefined ? 0 : at(bias, [o])
      for (let c = 0; c < perGroup; c += 1) {
        for (let i = 0; i < rows; i += 1) {
          for (let j = 0; j < columns; j += 1) {
            const row = y * strides[0] + i * dilations[0] - pads[0]
            const column = x * strides[1] + j * dilations[1] - pads[1]
            sum += pixel(image, [n, firstChannel + c], row, column) * at(kernel, [o, c, i, j])
          }
        }
      }
      return sum
    },
  )
}

/**
 * The adjoint of `conv2d` over its image: every input element adds kernel · element to the outputs from which the
 * convolution would have read it: result[n, o, y·s + i·d − top, x·s + j·d − left] += image[n, c, y, x] · kernel[c, o, i, j].
 *
 * @param image - `[batch, channels, height, width]`
 * @param kernel - `[channels, outputs / groups, rows, columns]`
 * @param options - `outputPadding` adds rows and columns at the bottom and right: strides leave several sizes possible
 */
export function convTranspose2d(
  image: NdArray,
  kernel: NdArray,
  options: Convolution & { readonly outputPadding?: readonly [number, number] } = {},
): NdArray {
  const { groups = 1, bias, outputPadding = [0, 0] } = options
  const { strides, pads, dilations } = resolved(options)
  const [batch = 0, channels = 0, height = 0, width = 0] = image.shape
  const [inputs = 0, perGroup = 0, rows = 0, columns = 0] = kernel.shape
  if (inputs !== channels || channels % groups !== 0) {
    throw new RangeError(`kernel [${kernel.shape}] in ${groups} groups on image [${image.shape}]`)
  }
  const size = (axis: 0 | 1, length: number, taps: number) =>
    (length - 1) * strides[axis] +
    dilations[axis] * (taps - 1) +
    1 -
    pads[axis] -
    (pads[axis + 2] ?? 0) +
    outputPadding[axis]
  const shape = [batch, perGroup * groups, size(0, height, rows), size(1, width, columns)]
  const data = new Float64Array(sizeOf(shape))
  const result = { shape, data }
  const inputsPerGroup = channels / groups
  tabulate(
    [batch, channels, perGroup, height, width, rows, columns],
    ([n = 0, c = 0, o = 0, y = 0, x = 0, i = 0, j = 0]) => {
      const output = Math.floor(c / inputsPerGroup) * perGroup + o
      const row = y * strides[0] + i * dilations[0] - pads[0]
      const column = x * strides[1] + j * dilations[1] - pads[1]
      if (row >= 0 && row < lengthOf(result, 2) && column >= 0 && column < lengthOf(result, 3)) {
        const offset = offsetOf(shape, [n, output, row, column])
        data[offset] = (data[offset] ?? 0) + at(image, [n, c, y, x]) * at(kernel, [c, o, i, j])
      }
      return 0
    },
  )
  return bias === undefined ? result : tabulate(shape, (index) => at(result, index) + at(bias, [index[1] ?? 0]))
}

/**
 * Bilinear resizing with `align_corners=false`: pixel centres lie at halves, so result (y, x) reads the image at
 * ((y + ½)·height/newHeight − ½, …), brought into the image, between its four neighbours. No smoothing when shrinking.
 *
 * @param image - `[batch, channels, height, width]`
 */
export function resizeBilinear(image: NdArray, height: number, width: number): NdArray {
  const [batch = 0, channels = 0] = image.shape
  const place = (position: number, length: number, newLength: number) => {
    const centre = Math.min(Math.max(((position + 0.5) * length) / newLength - 0.5, 0), length - 1)
    const lower = Math.floor(centre)
    return { lower, upper: Math.min(lower + 1, length - 1), share: centre - lower }
  }
  return tabulate([batch, channels, height, width], ([n = 0, c = 0, y = 0, x = 0]) => {
    const row = place(y, lengthOf(image, 2), height)
    const column = place(x, lengthOf(image, 3), width)
    const across = (line: number) =>
      (1 - column.share) * at(image, [n, c, line, column.lower]) + column.share * at(image, [n, c, line, column.upper])
    return (1 - row.share) * across(row.lower) + row.share * across(row.upper)
  })
}

/** Every window's elements that lie in the image, handed to `of`. */
function pool(
  image: NdArray,
  kernel: readonly [number, number],
  window: Window,
  of: (values: readonly number[]) => number,
): NdArray {
  const { strides, pads, dilations } = resolved(window)
  const [batch = 0, channels = 0, height = 0, width = 0] = image.shape
  const inside = (y: number, x: number) => y >= 0 && y < height && x >= 0 && x < width
  return tabulate([batch, channels, ...windowedSize(image, kernel, window)], ([n = 0, c = 0, y = 0, x = 0]) => {
    const values: number[] = []
    for (let i = 0; i < kernel[0]; i += 1) {
      for (let j = 0; j < kernel[1]; j += 1) {
        const row = y * strides[0] + i * dilations[0] - pads[0]
        const column = x * strides[1] + j * dilations[1] - pads[1]
        if (inside(row, column)) values.push(at(image, [n, c, row, column]))
      }
    }
    return of(values)
  })
}

/** The largest value of each window; padding counts for nothing. Strides are 1 unless given. */
export const maxPool = (image: NdArray, kernel: readonly [number, number], window: Window = {}): NdArray =>
  pool(image, kernel, window, (values) => Math.max(...values))

/** The mean of each window: over the image's elements in it, or over the whole window with padding as zeros. */
export const averagePool = (
  image: NdArray,
  kernel: readonly [number, number],
  { countPadding = false, ...window }: Window & { readonly countPadding?: boolean } = {},
): NdArray =>
  pool(image, kernel, window, (values) => {
    const count = countPadding ? kernel[0] * kernel[1] : values.length
    return values.reduce((sum, value) => sum + value, 0) / count
  })
