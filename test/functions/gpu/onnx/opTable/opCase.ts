import type { Tensor } from '../../../../../functions/gpu/onnx/tensor.ts'
import { createRandom } from '../../../../../functions/gpu/random.ts'
import { type NdArray, ndArray, sizeOf } from '../../../../support/reference/ndArray.ts'

/** One row of the table: an expression of operators and what it means in float64. */
export interface OpCase {
  readonly name: string
  readonly inputs: readonly OpInput[]
  /** The expression as a graph; it is given one tensor for each input and returns floating-point numbers. */
  readonly graph: (...tensors: readonly Tensor[]) => Tensor
  /** The same expression, evaluated independently of the graph and of ONNX Runtime. */
  readonly reference: (...arrays: readonly NdArray[]) => NdArray
  /** Set where the gradient does not exist yet: the ONNX operator that says so. */
  readonly withoutGradient?: string
}

export interface OpInput {
  readonly array: NdArray
  /** Default float32, which alone is differentiated. */
  readonly dtype?: 'float32' | 'int32' | 'int64' | 'uint8'
}

/**
 * Seeded numbers, rounded to float32 so that graph and reference see the same ones.
 * @param low, high their range; −2..2, if left out
 */
export function numbers(seed: number, shape: readonly number[], low = -2, high = 2): OpInput {
  const random = createRandom(seed, 'operators')
  return float(
    shape,
    Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.uniform()),
  )
}

/** Seeded numbers of which no two are closer than 0.1: no ties, not even while finite differences move them. */
export function distinct(seed: number, shape: readonly number[]): OpInput {
  const count = sizeOf(shape)
  const order = createRandom(seed, 'order').shuffle(Array.from({ length: count }, (_, index) => index))
  return float(
    shape,
    order.map((position) => (position - count / 2) * 0.1 + 0.03),
  )
}

export function float(shape: readonly number[], values: readonly number[]): OpInput {
  return { array: ndArray(shape, Float32Array.from(values)) }
}

export function whole(
  dtype: 'int32' | 'int64' | 'uint8',
  shape: readonly number[],
  values: readonly number[],
): OpInput {
  return { array: ndArray(shape, values), dtype }
}
