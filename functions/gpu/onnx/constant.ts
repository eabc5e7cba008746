import { narrowFloat16, widenFloat16 } from './float16.ts'
import { float32Data, type HostTensor } from './hostTensor.ts'
import { elementCount } from './shape.ts'
import { type ConstantData, type DataType, firstOutput, GraphError, type Tensor } from './tensor.ts'

/**
 * A value stored in the file (an initializer).
 * @param data its elements in row-major order; the array's class decides the element type
 * @param shape defaults to one axis of all elements
 * @param name shown in the file; made unique there
 * @throws GraphError where the number of elements does not fit the shape
 */
export function constant(data: ConstantData, shape: readonly number[] = [data.length], name?: string): Tensor {
  if (elementCount(shape) !== data.length)
    throw new GraphError(
      `constant ${name ?? ''} has ${data.length} elements, its shape [${shape}] needs ${elementCount(shape)}`,
    )
  return firstOutput({ kind: 'constant', name, data, outputs: [{ dtype: dataTypeOf(data), shape }] })
}

/**
 * Stands for an optional input that an operator is not given. ONNX tells it from a tensor without elements (the shape
 * of a scalar is one), so it has a node of its own, which the file shows as an empty name.
 */
export const absent: Tensor = constant(new Float32Array(0), [0], 'absent')

/**
 * A single number of the given type.
 * @throws GraphError where the type cannot hold the number
 */
export function scalar(value: number, dtype: DataType = 'float32'): Tensor {
  return firstOutput({
    kind: 'constant',
    name: undefined,
    data: arrayOf([value], dtype),
    outputs: [{ dtype, shape: [] }],
  })
}

/**
 * A value stored as float16, in half the space.
 * @param data rounded to the nearest float16
 * @throws GraphError where the number of elements does not fit the shape, or one is too large for float16
 */
export function float16Constant(data: Float32Array, shape: readonly number[] = [data.length]): Tensor {
  return constant(narrow(data), shape)
}

/**
 * A vector of 64-bit integers: shapes, axes, indices.
 * @throws GraphError where a value is no integer
 */
export function integers(values: readonly number[]): Tensor {
  return constant(BigInt64Array.from(requireRange(values, 'int64'), BigInt))
}

/**
 * A tensor in which every element is `value`, all of them stored in the file.
 * @throws GraphError where the type cannot hold the number
 */
export function filled(value: number, shape: readonly number[], dtype: DataType = 'float32'): Tensor {
  const data = arrayOf(new Array<number>(elementCount(shape)).fill(value), dtype)
  return firstOutput({ kind: 'constant', name: undefined, data, outputs: [{ dtype, shape }] })
}

function dataTypeOf(data: ConstantData): DataType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Uint16Array) return 'float16'
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
      return BigInt64Array.from(requireRange(values, dtype), BigInt)
    case 'int32':
      return Int32Array.from(requireRange(values, dtype))
    case 'uint8':
    case 'bool':
      return Uint8Array.from(requireRange(values, dtype))
    case 'float16':
      return narrow(Float32Array.from(values))
  }
}

function narrow(values: Float32Array): Uint16Array {
  const bits = narrowFloat16(values)
  const place = widenFloat16(bits).findIndex(
    (value, index) => !Number.isFinite(value) && Number.isFinite(values[index]),
  )
  if (place >= 0) throw new GraphError(`float16 holds numbers up to 65504, not ${values[place]}`)
  return bits
}

const integerRanges = {
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  bool: [0, 1],
} as const

/** Typed arrays would cut fractions off and wrap large numbers around without a word. */
function requireRange(values: readonly number[], dtype: keyof typeof integerRanges): readonly number[] {
  const [low, high] = integerRanges[dtype]
  const wrong = values.find((value) => !Number.isInteger(value) || value < low || value > high)
  if (wrong !== undefined) throw new GraphError(`${dtype} holds integers from ${low} to ${high}, not ${wrong}`)
  return values
}

/** float32 tensors as constants of their names. */
export function namedConstants(tensors: ReadonlyMap<string, HostTensor>): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    [...tensors].map(([name, tensor]) => [name, constant(float32Data(tensor, name), tensor.shape, name)]),
  )
}
