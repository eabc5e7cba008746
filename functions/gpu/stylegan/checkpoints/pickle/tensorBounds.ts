import { elementCount } from '../../../onnx/shape.ts'
import { CheckpointError } from '../errors.ts'
import { elementBytes } from './elements.ts'
import type { PickledTensor } from './value.ts'

/** The rank that numpy allows. A hostile file could list millions of lengths. */
export const MAX_RANK = 64
/** A tensor may repeat the elements of its storage (stride 0), but not make gigabytes of a few bytes. */
const MOST_REPEATED_ELEMENTS = 2 ** 24

export interface Extent {
  /** Of elements, by shape. */
  readonly count: number
  /** Number of the last element in the storage, plus one; the offset itself where there are no elements. */
  readonly end: number
}

/**
 * What a tensor takes of its storage. All its elements lie between its offset and `end`.
 *
 * @throws {CheckpointError} where an element would lie outside of the storage, on negative or fractional lengths,
 *   strides and offsets, and on counts that are not exact
 */
export function tensorExtent({ type, storage, offset, shape, strides }: PickledTensor): Extent {
  const refuse = (what: string) => new CheckpointError(`a tensor ${what}: the file is damaged`)
  if (shape.length > MAX_RANK) throw refuse(`has ${shape.length} axes, at most ${MAX_RANK} can be read`)
  const described = `of shape [${shape}], strides [${strides}] and offset ${offset}`
  if (strides.length !== shape.length || ![offset, ...shape, ...strides].every(isCount))
    throw refuse(`${described} has no valid layout`)
  const count = elementCount(shape)
  const held = Math.floor(storage.length / elementBytes[type])
  const end = count === 0 ? offset : offset + 1 + sum(shape.map((length, axis) => (length - 1) * (strides[axis] ?? 0)))
  // A product that overflows is no safe integer, or larger than the storage.
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(end) || end > held)
    throw refuse(`${described} reaches beyond its storage of ${held} elements`)
  if (count > held && count > MOST_REPEATED_ELEMENTS)
    throw refuse(`${described} repeats the ${held} elements of its storage too often`)
  return { count, end }
}

/** Strides of elements without gaps, the last axis innermost; the first one in Fortran's order. */
export function contiguousStrides(shape: readonly number[], fortran = false): readonly number[] {
  return shape.map((_, axis) => elementCount(fortran ? shape.slice(0, axis) : shape.slice(axis + 1)))
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
