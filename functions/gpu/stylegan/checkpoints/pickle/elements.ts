import { widenBfloat16, widenFloat16 } from '../../../onnx/float16.ts'
import { narrowInteger } from './integer.ts'
import type { TorchType } from './value.ts'

export const elementBytes: Readonly<Record<TorchType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
}

/**
 * All elements as float32. Integers beyond 2²⁴ and float64 are rounded to the nearest.
 *
 * @param bytes - little-endian, a multiple of the element's size
 * @returns a view of the bytes where they are float32 and aligned, else a copy
 */
export function widenElements(type: TorchType, bytes: Uint8Array): Float32Array {
  // Not slice(): a Buffer's slice is another view.
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % elementBytes[type] === 0 ? bytes : new Uint8Array(bytes)
  const length = byteLength / elementBytes[type]
  switch (type) {
    case 'float64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, length))
    case 'float32':
      return new Float32Array(buffer, byteOffset, length)
    case 'float16':
      return widenFloat16(new Uint16Array(buffer, byteOffset, length))
    case 'bfloat16':
      return widenBfloat16(new Uint16Array(buffer, byteOffset, length))
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, length), Number)
    case 'int32':
      return Float32Array.from(new Int32Array(buffer, byteOffset, length))
    case 'int16':
      return Float32Array.from(new Int16Array(buffer, byteOffset, length))
    case 'int8':
      return Float32Array.from(new Int8Array(buffer, byteOffset, length))
    case 'uint8':
      return Float32Array.from(new Uint8Array(buffer, byteOffset, length))
    case 'bool':
      return Float32Array.from(new Uint8Array(buffer, byteOffset, length), (value) => (value === 0 ? 0 : 1))
  }
}

/** One element exactly. */
export function readElement(type: TorchType, bytes: Uint8Array): number | bigint | boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (type) {
    case 'float64':
      return view.getFloat64(0, true)
    case 'int64':
      return narrowInteger(view.getBigInt64(0, true))
    case 'int32':
      return view.getInt32(0, true)
    case 'bool':
      return view.getUint8(0) !== 0
    default:
      // Every element of these types is a float32.
      return widenElements(type, bytes)[0] ?? 0
  }
}
