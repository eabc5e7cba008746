import { widenBfloat16, widenFloat16 } from './float16.ts'

/** What carries the values of each dtype. F16 and BF16 are raw bits, BOOL is 0 or 1. */
interface Arrays {
  I64: BigInt64Array
  F64: Float64Array
  F32: Float32Array
  I32: Int32Array
  BF16: Uint16Array
  F16: Uint16Array
  I16: Int16Array
  I8: Int8Array
  U8: Uint8Array
  BOOL: Uint8Array
}

export type Dtype = keyof Arrays

/** A tensor as it lies in a file: row-major values, `shape` of any rank (`[]` is one number). */
export type StoredTensor = {
  [D in Dtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: Arrays[D] }
}[Dtype]

/** The bytes, or the tensors to write, do not make a safetensors file. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError'
}

/** In the order in which the format's own library writes them, widest first, so that every tensor lies aligned. */
export const DTYPES = [
  'I64',
  'F64',
  'F32',
  'I32',
  'BF16',
  'F16',
  'I16',
  'I8',
  'U8',
  'BOOL',
] as const satisfies readonly Dtype[]

export const ELEMENT_BYTES: Readonly<Record<Dtype, number>> = {
  I64: 8,
  F64: 8,
  F32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
}

/** The rank that numpy allows. A hostile header could list millions of lengths, and as many complaints about them. */
export const MAX_RANK = 64

/**
 * The number of values that a shape holds.
 *
 * @throws {SafetensorsError} when it is beyond what a number counts exactly
 */
export function valueCount(name: string, shape: readonly number[]): number {
  return shape.reduce((count, length) => {
    const product = count * length
    if (!Number.isSafeInteger(product)) {
      throw new SafetensorsError(`tensor '${name}' of shape [${shape}] holds more values than can be counted`)
    }
    return product
  }, 1)
}

/**
 * A tensor over the bytes of a file: a view where they lie aligned for the dtype, a copy where they do not.
 *
 * @param bytes - exactly the tensor's bytes, little-endian. The array types read them in the machine's order, which is
 *   little-endian wherever Node and ONNX Runtime are built for.
 * @throws {SafetensorsError} on a BOOL that is neither 0 nor 1
 */
export function viewTensor(
  name: string,
  { dtype, shape }: { dtype: Dtype; shape: readonly number[] },
  bytes: Uint8Array,
): StoredTensor {
  // Not slice(): a Buffer's slice is another view.
  const { buffer, byteOffset } = bytes.byteOffset % ELEMENT_BYTES[dtype] === 0 ? bytes : new Uint8Array(bytes)
  const length = bytes.length / ELEMENT_BYTES[dtype]
  switch (dtype) {
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer, byteOffset, length) }
    case 'F64':
      return { dtype, shape, data: new Float64Array(buffer, byteOffset, length) }
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer, byteOffset, length) }
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer, byteOffset, length) }
    case 'I16':
      return { dtype, shape, data: new Int16Array(buffer, byteOffset, length) }
    case 'I8':
      return { dtype, shape, data: new Int8Array(buffer, byteOffset, length) }
    case 'BF16':
    case 'F16':
      return { dtype, shape, data: new Uint16Array(buffer, byteOffset, length) }
    case 'U8':
      return { dtype, shape, data: new Uint8Array(buffer, byteOffset, length) }
    case 'BOOL':
      checkBooleans(name, bytes)
      return { dtype, shape, data: new Uint8Array(buffer, byteOffset, length) }
  }
}

/**
 * Checks a tensor that is to be written: its shape is made of at most 64 counts and fits its data, and a BOOL is 0 or 1.
 *
 * @throws {SafetensorsError} says what does not fit
 */
export function checkTensor(name: string, { dtype, shape, data }: StoredTensor): void {
  if (shape.length > MAX_RANK)
    throw new SafetensorsError(`tensor '${name}' has ${shape.length} axes, at most ${MAX_RANK} are allowed`)
  const odd = shape.find((length) => !Number.isSafeInteger(length) || length < 0)
  if (odd !== undefined) throw new SafetensorsError(`tensor '${name}' has a length of ${odd} in its shape [${shape}]`)
  const count = valueCount(name, shape)
  if (count !== data.length) {
    throw new SafetensorsError(`tensor '${name}' of shape [${shape}] needs ${count} values, got ${data.length}`)
  }
  if (dtype === 'BOOL') checkBooleans(name, data)
}

/**
 * The values of a float tensor as float32: F32 as it lies, F16 and BF16 widened exactly, F64 rounded.
 *
 * @throws {SafetensorsError} when the dtype is not a float
 */
export function float32Values(name: string, tensor: StoredTensor): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return tensor.data
    case 'F16':
      return widenFloat16(tensor.data)
    case 'BF16':
      return widenBfloat16(tensor.data)
    case 'F64':
      return Float32Array.from(tensor.data)
    default:
      throw new SafetensorsError(`tensor '${name}' has dtype ${tensor.dtype}, expected one of F32, F16, BF16, F64`)
  }
}

function checkBooleans(name: string, data: Uint8Array): void {
  const position = data.findIndex((value) => value > 1)
  if (position >= 0) {
    throw new SafetensorsError(`tensor '${name}' is BOOL and holds ${data[position]} at position ${position}`)
  }
}
