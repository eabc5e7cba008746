import { broadcastShape } from './elementwise.ts'
import { at, lengthOf, type NdArray, tabulate } from './ndArray.ts'

/**
 * Products of the matrices in the last two axes, the axes before them broadcast:
 * `[…, rows, inner]` times `[…, inner, columns]` is `[…, rows, columns]`.
 */
export function matmul(a: NdArray, b: NdArray): NdArray {
  const inner = lengthOf(a, -1)
  if (lengthOf(b, -2) !== inner) throw new RangeError(`[${a.shape}] times [${b.shape}]`)
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const batchIndex = ({ shape }: NdArray, index: readonly number[]) =>
    shape.slice(0, -2).map((length, axis) => (length === 1 ? 0 : (index[axis + batch.length - shape.length + 2] ?? 0)))
  return tabulate([...batch, lengthOf(a, -2), lengthOf(b, -1)], (index) => {
    const [row = 0, column = 0] = index.slice(-2)
    const [left, right] = [batchIndex(a, index), batchIndex(b, index)]
    let sum = 0
    for (let k = 0; k < inner; k += 1) sum += at(a, [...left, row, k]) * at(b, [...right, k, column])
    return sum
  })
}
