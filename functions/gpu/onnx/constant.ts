import { type ConstantData, type DataType, firstOutput, GraphError, type Tensor } from './tensor.ts'
import { elementCount } from './shape.ts'

/**
 * A value stored in the file (an initializer).
 * @param data its elements in row-major order; the array's class decides the element type
 * @param shape defaults to one axis of all elements
 * @param name shown in the file; made unique there
 * @throws GraphError where the number of elements does not fit the shape
 */
export function constant(data: ConstantData, shape: readonly number[] = [data.length], name?: string): Tensor {
  if (elementCount(shape) !== data.length)
    throw new GraphError(`constant ${name ?? ''} has ${data.length} elements, its shape [${shape}] needs ${elementCount(shape)}`)
  return firstOutput({ kind: 'constant', name, data, outputs: [{ dtype: dataTypeOf(data), shape }] })
}

/** A single number of the given type. */
export function scalar(value: number, dtype: DataType = 'float32'): Tensor {
  return firstOutput({ kind: 'constant', name: undefined, data: arrayOf([value], dtype), outputs: [{ dtype, shape: [] }] })
}

/** A vector of 64-bit integers: shapes, axes, indices. */
export function integers(values: readonly number[]): Tensor {
  return constant(BigInt64Array.from(values, BigInt))
}

/** A tensor in which every element is `value`. */
export function filled(value: number, shape: readonly number[], dtype: DataType = 'float32'): Tensor {
  const data = arrayOf(new Array<number>(elementCount(shape)).fill(value), dtype)
  return firstOutput({ kind: 'constant', name: undefined, data, outputs: [{ dtype, shape }] })
}

function dataTypeOf(data: ConstantData): DataType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof BigInt64Array) return 'int64'
  if (data instanceof Int32Array) return 'int32'
  return 'uint8'
}

function arrayOf(values: readonly number[], dtype: DataType): ConstantData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(values)
    case 'float64':
      return Float64Array.from(values)
    case 'int64':
      return BigInt64Array.from(values, BigInt)
    case 'int32':
      return Int32Array.from(values)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values)
    case 'float16':
      throw new GraphError('float16 constants are not written directly: cast a float32 constant')
  }
}
