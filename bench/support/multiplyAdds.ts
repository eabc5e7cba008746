/** Counts the multiply-adds of an ONNX file: matrix products and convolutions, loops as often as they run. */
import protobuf from 'protobufjs'

const schema = `
  syntax = "proto2";
  message ModelProto { optional GraphProto graph = 7; }
  message GraphProto {
    repeated NodeProto node = 1;
    repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto value_info = 13;
  }
  message NodeProto {
    repeated string input = 1;
    repeated string output = 2;
    optional string op_type = 4;
    repeated AttributeProto attribute = 5;
  }
  message AttributeProto { optional string name = 1; optional int64 i = 3; optional GraphProto g = 6; }
  message TensorProto { repeated int64 dims = 1; optional string name = 8; }
  message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
  message TypeProto { optional TensorTypeProto tensor_type = 1; }
  message TensorTypeProto { optional ShapeProto shape = 2; }
  message ShapeProto { repeated DimensionProto dim = 1; }
  message DimensionProto { optional int64 dim_value = 1; }
`
const model = protobuf.parse(schema, { keepCase: true }).root.lookupType('ModelProto')

interface Graph {
  readonly node: readonly {
    readonly op_type: string
    readonly input: readonly string[]
    readonly output: readonly string[]
    readonly attribute: readonly { readonly name: string; readonly i?: number; readonly g?: Graph }[]
  }[]
  readonly initializer: readonly { readonly name: string; readonly dims: readonly number[] }[]
  readonly input: readonly Value[]
  readonly value_info: readonly Value[]
}
interface Value {
  readonly name: string
  readonly type: {
    readonly tensor_type: { readonly shape: { readonly dim: readonly { readonly dim_value?: number }[] } }
  }
}

/** The file lacks the shape of a value. */
export class UnknownShapeError extends Error {
  override readonly name = 'UnknownShapeError'
}

/**
 * Multiply-adds of one run in which every axis of unknown length (the batch) has length 1.
 * @throws UnknownShapeError
 */
export function multiplyAdds(file: Uint8Array): number {
  const { graph } = model.toObject(model.decode(file), { longs: Number, arrays: true })
  return count(graph, new Map())
}

function count(graph: Graph, outside: ReadonlyMap<string, readonly number[]>): number {
  const shapes = new Map(outside)
  for (const { name, dims } of graph.initializer) shapes.set(name, dims)
  for (const { name, type } of [...graph.input, ...graph.value_info])
    shapes.set(
      name,
      (type.tensor_type.shape?.dim ?? []).map(({ dim_value: length = 1 }) => length),
    )
  const shapeOf = (name: string | undefined): readonly number[] => {
    const shape = shapes.get(name ?? '')
    if (shape === undefined) throw new UnknownShapeError(`the file does not tell the shape of ${name}`)
    return shape
  }
  let total = 0
  for (const { op_type: type, input, output, attribute } of graph.node) {
    if (type === 'MatMul') total += product(shapeOf(output[0])) * (shapeOf(input[0]).at(-1) ?? 1)
    if (type === 'Conv') total += product(shapeOf(output[0])) * product(shapeOf(input[1]).slice(1))
    if (type === 'ConvTranspose') total += product(shapeOf(input[0])) * product(shapeOf(input[1]).slice(1))
    if (type === 'Scan') {
      const body = attribute.find(({ name }) => name === 'body')?.g
      const [iterations = 1] = shapeOf(input.at(-1))
      if (body !== undefined) total += iterations * count(body, shapes)
    }
  }
  return total
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((result, length) => result * length, 1)
}
