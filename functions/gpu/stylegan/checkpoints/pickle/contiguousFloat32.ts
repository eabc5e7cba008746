import { CheckpointError } from '../errors.ts'
import { elementBytes, widenElements } from './elements.ts'
import { contiguousStrides, tensorExtent } from './tensorBounds.ts'
import type { PickledTensor } from './value.ts'

export interface Float32Values {
  readonly shape: readonly number[]
  /** Row-major. A view of the file's bytes where they lie so: do not write into it. */
  readonly data: Float32Array
}

/**
 * A tensor's values in row-major order, whatever its strides and offset. float16, bfloat16 and small integers are
 * widened exactly; float64 and integers beyond 2²⁴ are rounded to the nearest float32, booleans become 0 and 1.
 *
 * @throws {CheckpointError} where the tensor reaches beyond its storage (checked before anything is read or
 *   allocated), its layout is negative or not exact, or a finite float64 is too large for float32
 */
export function contiguousFloat32(tensor: PickledTensor): Float32Values {
  const { type, storage, offset, shape, strides } = tensor
  const { count, end } = tensorExtent(tensor)
  const size = elementBytes[type]
  const values = widenElements(type, storage.subarray(offset * size, end * size))
  if (type === 'float64') checkRange(storage.subarray(offset * size, end * size), values)
  const dense = contiguousStrides(shape)
  // The stride of an axis of length 1 means nothing, and torch writes any number there.
  const isDense = count === end - offset && shape.every((length, axis) => length < 2 || strides[axis] === dense[axis])
  return { shape, data: isDense || count === 0 ? values : gather(values, shape, strides, count) }
}

/** Walks through all positions like the wheels of a counter; `values` begin at the tensor's first element. */
function gather(
  values: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
  count: number,
): Float32Array {
  const gathered = new Float32Array(count)
  const position = shape.map(() => 0)
  let source = 0
  for (let target = 0; target < count; target++) {
    gathered[target] = values[source] ?? 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1
      const stride = strides[axis] ?? 0
      source += stride
      position[axis] = next
      if (next < (shape[axis] ?? 0)) break
      source -= next * stride
      position[axis] = 0
    }
  }
  return gathered
}

function checkRange(bytes: Uint8Array, rounded: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const index = rounded.findIndex(
    (value, at) => !Number.isFinite(value) && Number.isFinite(view.getFloat64(8 * at, true)),
  )
  if (index >= 0) throw new CheckpointError(`a tensor holds ${view.getFloat64(8 * index, true)}, too large for float32`)
}
