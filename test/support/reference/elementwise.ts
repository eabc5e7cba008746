import { at, type Index, type NdArray, tabulate } from './ndArray.ts'

/**
 * The common shape of arrays that combine element by element: aligned at their last axes, lengths must agree or be 1.
 */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1).filter((length) => length !== 1)
    const [length = 1] = lengths
    if (lengths.some((other) => other !== length)) {
      throw new RangeError(`shapes ${shapes.map((shape) => `[${shape}]`).join(' and ')} do not combine`)
    }
    return length
  })
}

/** Where an index of the broadcast shape lies in one of the arrays. */
const source = (array: NdArray, index: Index): Index =>
  array.shape.map((length, axis) => (length === 1 ? 0 : (index[axis - array.shape.length + index.length] ?? 0)))

export const broadcastTo = (array: NdArray, shape: readonly number[]): NdArray =>
  tabulate(broadcastShape(array.shape, shape), (index) => at(array, source(array, index)))

/** One function of one number, everywhere. */
export const map = (array: NdArray, of: (value: number) => number): NdArray => ({
  shape: array.shape,
  data: array.data.map(of),
})

/** One function of two numbers, everywhere, with broadcasting. */
export const zip = (a: NdArray, b: NdArray, of: (a: number, b: number) => number): NdArray =>
  tabulate(broadcastShape(a.shape, b.shape), (index) => of(at(a, source(a, index)), at(b, source(b, index))))

export const add = (a: NdArray, b: NdArray): NdArray => zip(a, b, (x, y) => x + y)
export const sub = (a: NdArray, b: NdArray): NdArray => zip(a, b, (x, y) => x - y)
export const mul = (a: NdArray, b: NdArray): NdArray => zip(a, b, (x, y) => x * y)
export const div = (a: NdArray, b: NdArray): NdArray => zip(a, b, (x, y) => x / y)
export const min = (a: NdArray, b: NdArray): NdArray => zip(a, b, Math.min)
export const max = (a: NdArray, b: NdArray): NdArray => zip(a, b, Math.max)
export const pow = (a: NdArray, b: NdArray): NdArray => zip(a, b, Math.pow)

export const neg = (array: NdArray): NdArray => map(array, (x) => -x)
export const exp = (array: NdArray): NdArray => map(array, Math.exp)
export const log = (array: NdArray): NdArray => map(array, Math.log)
export const sqrt = (array: NdArray): NdArray => map(array, Math.sqrt)
export const abs = (array: NdArray): NdArray => map(array, Math.abs)
export const reciprocal = (array: NdArray): NdArray => map(array, (x) => 1 / x)
export const tanh = (array: NdArray): NdArray => map(array, Math.tanh)
export const sigmoid = (array: NdArray): NdArray => map(array, (x) => 1 / (1 + Math.exp(-x)))
export const relu = (array: NdArray): NdArray => map(array, (x) => Math.max(x, 0))
export const leakyRelu = (array: NdArray, slope: number): NdArray => map(array, (x) => (x > 0 ? x : slope * x))
export const clamp = (array: NdArray, lowest: number, highest: number): NdArray =>
  map(array, (x) => Math.min(Math.max(x, lowest), highest))

/** `yes` where the condition is not 0, else `no`, with broadcasting of all three. */
export const where = (condition: NdArray, yes: NdArray, no: NdArray): NdArray =>
  tabulate(broadcastShape(condition.shape, yes.shape, no.shape), (index) => {
    const chosen = at(condition, source(condition, index)) === 0 ? no : yes
    return at(chosen, source(chosen, index))
  })
