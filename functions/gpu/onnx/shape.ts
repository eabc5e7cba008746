import { type Dimension, describeType, GraphError, type Shape, type Tensor } from './tensor.ts'

/** Number of elements of a shape whose every axis is known. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** @throws GraphError where an axis is known only by name */
export function knownShape(tensor: Tensor, use: string): readonly number[] {
  return tensor.shape.map((length) => {
    if (typeof length !== 'number') throw new GraphError(`${use} needs every axis known, got ${describeType(tensor)}`)
    return length
  })
}

/** @throws GraphError where the axis is known only by name */
export function knownLength(tensor: Tensor, axis: number, use: string): number {
  const length = tensor.shape[normalizeAxis(axis, tensor.shape.length, use)]
  if (typeof length !== 'number') throw new GraphError(`${use} needs axis ${axis} known, got ${describeType(tensor)}`)
  return length
}

/** @returns the axis counted from the front @throws GraphError where there is no such axis */
export function normalizeAxis(axis: number, rank: number, use: string): number {
  const positive = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank)
    throw new GraphError(`${use}: axis ${axis} is outside a tensor of rank ${rank}`)
  return positive
}

/**
 * The shape of an elementwise operation on several tensors, after ONNX's multidirectional broadcasting.
 * @throws GraphError where two lengths differ and neither is 1
 */
export function broadcastShapes(shapes: readonly Shape[], use: string): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
    return lengths.reduce((left, right) => broadcastLength(left, right, shapes, use))
  })
}

function broadcastLength(left: Dimension, right: Dimension, shapes: readonly Shape[], use: string): Dimension {
  if (left === right || right === 1) return left
  if (left === 1) return right
  throw new GraphError(`${use} cannot broadcast ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' with ')}`)
}

export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((length, axis) => length === right[axis])
}

/** @throws GraphError where the tensors' element types differ */
export function requireSameType(tensors: readonly Tensor[], use: string): void {
  if (tensors.some((tensor) => tensor.dtype !== tensors[0]?.dtype))
    throw new GraphError(`${use} needs one element type, got ${tensors.map(describeType).join(' and ')}`)
}

/** @throws GraphError where a value is broken or below the least one */
export function requireIntegers(values: readonly number[], least: number, use: string): void {
  if (values.some((value) => !Number.isInteger(value) || value < least))
    throw new GraphError(`${use} must be integers from ${least} up, got [${values}]`)
}

/** @throws GraphError where the tensor has another number of axes */
export function requireRank(tensor: Tensor, rank: number, use: string): void {
  if (tensor.shape.length !== rank) throw new GraphError(`${use} needs rank ${rank}, got ${describeType(tensor)}`)
}

export function isFloat(tensor: Tensor): boolean {
  return tensor.dtype === 'float32' || tensor.dtype === 'float64' || tensor.dtype === 'float16'
}

/** @throws GraphError where a tensor holds truth values, which have no order and no sum */
export function requireNumbers(tensors: readonly Tensor[], use: string): void {
  const found = tensors.find((tensor) => tensor.dtype === 'bool')
  if (found !== undefined) throw new GraphError(`${use} needs numbers, got ${describeType(found)}: cast it first`)
}

/**
 * Axes counted from the front, in ascending order.
 * @throws GraphError where there is no such axis, or one is named twice
 */
export function normalizeAxes(axes: readonly number[], rank: number, use: string): readonly number[] {
  const positive = axes.map((axis) => normalizeAxis(axis, rank, use)).toSorted((left, right) => left - right)
  if (new Set(positive).size !== positive.length) throw new GraphError(`${use}: axes [${axes}] name one axis twice`)
  return positive
}

/** @throws GraphError where the tensor does not hold floating-point numbers */
export function requireFloat(tensor: Tensor, use: string): void {
  if (!isFloat(tensor)) throw new GraphError(`${use} needs floating-point numbers, got ${describeType(tensor)}`)
}
