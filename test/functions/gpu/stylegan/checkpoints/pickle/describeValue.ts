import { contiguousFloat32 } from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/contiguousFloat32.ts'
import {
  PickledObject,
  PickledTensor,
  type PickleValue,
} from '../../../../../../functions/gpu/stylegan/checkpoints/pickle/value.ts'

/** A value as the fixtures' `make.py` describes it. */
export function describeValue(value: PickleValue): unknown {
  if (typeof value === 'number') return describeNumber(value)
  if (typeof value === 'bigint') return { integer: String(value) }
  if (value instanceof Uint8Array) return { bytes: [...value] }
  if (value instanceof PickledTensor) {
    const { shape, data } = contiguousFloat32(value)
    return { tensor: value.type, shape: [...shape], values: [...data].map(describeNumber) }
  }
  if (value instanceof PickledObject) return { object: value.className, state: describeValue(value.state) }
  if (value instanceof Map) return { dict: [...value].map(([key, item]) => [describeValue(key), describeValue(item)]) }
  if (Array.isArray(value)) return value.map(describeValue)
  return value
}

function describeNumber(value: number): unknown {
  return Number.isFinite(value) ? value : { float: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' }
}

/** The same description with each tensor element rounded to float32, as `contiguousFloat32` gives them. */
export function roundTensors(description: unknown): unknown {
  if (Array.isArray(description)) return description.map(roundTensors)
  if (typeof description !== 'object' || description === null) return description
  const entries = Object.entries(description)
  const isTensor = 'tensor' in description
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      isTensor && key === 'values' && Array.isArray(value)
        ? value.map((item) => (typeof item === 'number' ? Math.fround(item) : item))
        : roundTensors(value),
    ]),
  )
}
