/**
 * The nodes of a graph under construction. A graph is nothing but immutable values that point at their inputs: an
 * operator's function takes tensors and returns new ones, a pass (autodiff, an optimizer) reads nodes and makes new
 * nodes, and nothing is ever changed. `model.ts` turns what is reachable from chosen outputs into an ONNX file.
 */

/** Element types, named as in onnxruntime. */
export type DataType = 'float32' | 'float64' | 'float16' | 'int64' | 'int32' | 'uint8' | 'bool'

/** One axis: its length, or the name of a length that is known only when the graph runs (a batch, a number of steps). */
export type Dimension = number | string
export type Shape = readonly Dimension[]

export interface TensorType {
  readonly dtype: DataType
  readonly shape: Shape
}

/** A result of a node: the value that flows along one edge of the graph. */
export interface Tensor extends TensorType {
  readonly node: Node
  /** Which of the node's results this is. */
  readonly output: number
}

export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly string: string }

export type Attributes = Readonly<Record<string, Attribute>>

/** What a gradient rule sees of the node that it differentiates. */
export interface GradientContext {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly attributes: Attributes
  /** dLoss/dOutput for every output; undefined where the loss does not depend on it. */
  readonly outputGradients: readonly (Tensor | undefined)[]
  /** dLoss/dOutput of the first output, for the many operators that have only one. */
  readonly gradient: Tensor
  /** Whether dLoss/dInput is asked for, so that rules may leave out work that nobody reads. */
  readonly wanted: readonly boolean[]
}

/** Returns dLoss/dInput for every input, undefined where it is zero or does not exist (indices, shapes). */
export type GradientRule = (context: GradientContext) => readonly (Tensor | undefined)[]

/** An ONNX operator and how it is differentiated. Operators without a rule stop gradients with an error. */
export interface Operator {
  /** The operator's name in the ONNX standard. */
  readonly type: string
  /** `'none'` marks operators whose results are piecewise constant (comparisons, indices): their gradient is zero. */
  readonly gradient?: GradientRule | 'none'
}

/** A `Uint16Array` holds the raw bits of float16. */
export type ConstantData = Float32Array | Float64Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array

export interface InputNode {
  readonly kind: 'input'
  readonly name: string
  readonly outputs: readonly TensorType[]
  /** Set where the input belongs to the body of a Scan. */
  readonly scope: Scope | undefined
}

export interface ConstantNode {
  readonly kind: 'constant'
  readonly name: string | undefined
  readonly data: ConstantData
  readonly outputs: readonly TensorType[]
}

export interface OperatorNode {
  readonly kind: 'operator'
  readonly operator: Operator
  readonly inputs: readonly Tensor[]
  readonly attributes: Attributes
  readonly outputs: readonly TensorType[]
}

/** A loop: `body` is run once per slice of the scanned inputs, its states flow from one iteration to the next. */
export interface ScanNode {
  readonly kind: 'scan'
  readonly inputs: readonly Tensor[]
  readonly scope: Scope
  readonly bodyInputs: readonly Tensor[]
  readonly bodyOutputs: readonly Tensor[]
  readonly scanned: number
  readonly outputs: readonly TensorType[]
}

/** The identity of one subgraph. Nodes that depend on its inputs are written into it, all others outside. */
export interface Scope {
  readonly label: string
}

export type Node = InputNode | ConstantNode | OperatorNode | ScanNode

/** A graph was put together wrongly: shapes or types that do not fit, an unknown name. Thrown while building. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
}

/** @returns `float32[2, 3]`, as error messages show types. */
export function describeType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(', ')}]`
}

/** @returns the first result of a node. */
export function firstOutput(node: Node): Tensor {
  return outputOf(node, 0)
}

/** @throws GraphError where the node has no such result. */
export function outputOf(node: Node, index: number): Tensor {
  const type = node.outputs[index]
  if (type === undefined) throw new GraphError(`node has ${node.outputs.length} results; there is no result ${index}`)
  return { node, output: index, dtype: type.dtype, shape: type.shape }
}

/** A value that the caller gives when the graph runs. */
export function input(name: string, dtype: DataType, shape: Shape): Tensor {
  return firstOutput({ kind: 'input', name, outputs: [{ dtype, shape }], scope: undefined })
}

/** Applies an operator. The caller (a file under ops/) has inferred the type of every result. */
export function apply(
  operator: Operator,
  inputs: readonly Tensor[],
  outputs: readonly TensorType[],
  attributes: Attributes = {},
): readonly Tensor[] {
  const node: OperatorNode = { kind: 'operator', operator, inputs, attributes, outputs }
  return outputs.map((_, index) => outputOf(node, index))
}

/** Applies an operator that has one result. */
export function applyOne(
  operator: Operator,
  inputs: readonly Tensor[],
  output: TensorType,
  attributes: Attributes = {},
): Tensor {
  return firstOutput({ kind: 'operator', operator, inputs, attributes, outputs: [output] })
}
