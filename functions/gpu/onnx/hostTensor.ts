import type { DataType } from './tensor.ts'

/** Element arrays as they enter and leave sessions. bool travels as bytes 0 and 1. */
export type HostData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array

/** A tensor in main memory, row-major. */
export interface HostTensor {
  readonly dtype: Exclude<DataType, 'float16'>
  readonly shape: readonly number[]
  readonly data: HostData
}

export function float32(data: Float32Array, shape: readonly number[] = [data.length]): HostTensor {
  return { dtype: 'float32', shape, data }
}

/** Indices and class ids: int32 stays on every device, int64 does not. */
export function int32(values: Int32Array | readonly number[], shape: readonly number[] = [values.length]): HostTensor {
  return { dtype: 'int32', shape, data: values instanceof Int32Array ? values : Int32Array.from(values) }
}

/** @throws TypeError where the tensor holds other numbers */
export function float32Data(tensor: HostTensor | undefined, name: string): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data
  throw new TypeError(`${name} should be float32, it is ${tensor?.dtype ?? 'missing'}`)
}

/** @throws TypeError where the tensor holds other numbers */
export function uint8Data(tensor: HostTensor | undefined, name: string): Uint8Array {
  if (tensor?.data instanceof Uint8Array) return tensor.data
  throw new TypeError(`${name} should be uint8, it is ${tensor?.dtype ?? 'missing'}`)
}
