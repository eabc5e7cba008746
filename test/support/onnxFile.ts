import protobuf from 'protobufjs'

/**
 * The part of the published schema (onnx/onnx.proto) that tests read, written from the publication: a reader of its own,
 * so that a field number which the product writes wrongly is not read back the same way.
 */
const schema = `
  syntax = "proto2";
  message ModelProto {
    optional int64 ir_version = 1;
    optional string producer_name = 2;
    optional GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8;
    repeated StringStringEntryProto metadata_props = 14;
  }
  message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
  message StringStringEntryProto { optional string key = 1; optional string value = 2; }
  message GraphProto {
    repeated NodeProto node = 1;
    optional string name = 2;
    repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto output = 12;
    repeated ValueInfoProto value_info = 13;
  }
  message NodeProto {
    repeated string input = 1;
    repeated string output = 2;
    optional string name = 3;
    optional string op_type = 4;
    repeated AttributeProto attribute = 5;
  }
  message AttributeProto { optional string name = 1; optional int64 i = 3; optional GraphProto g = 6; optional int32 type = 20; }
  message TensorProto { repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; }
  message ValueInfoProto { optional string name = 1; }
`
const model = protobuf.parse(schema, { keepCase: true }).root.lookupType('ModelProto')

export interface OnnxNode {
  readonly op_type: string
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly attribute: readonly { readonly name: string; readonly g?: OnnxGraph }[]
}

export interface OnnxGraph {
  readonly node: readonly OnnxNode[]
  readonly initializer: readonly {
    readonly name: string
    readonly dims: readonly number[]
    readonly data_type: number
  }[]
  readonly input: readonly { readonly name: string }[]
  readonly output: readonly { readonly name: string }[]
}

export interface OnnxFile {
  readonly producer_name: string
  /** A domain that is left out is ONNX's own. */
  readonly opset_import: readonly { readonly domain?: string; readonly version: number }[]
  readonly metadata_props: readonly { readonly key: string; readonly value: string }[]
  readonly graph: OnnxGraph
}

/** The structure of an ONNX file, with absent lists as empty ones. */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  const read = model.toObject(model.decode(bytes), { longs: Number, arrays: true })
  // The schema above is what says that the object has this form.
  return read as OnnxFile
}

/** The body of a Scan. */
export function bodyOf(node: OnnxNode | undefined): OnnxGraph {
  const body = node?.attribute.find(({ name }) => name === 'body')?.g
  if (body === undefined) throw new TypeError(`${node?.op_type} has no body`)
  return body
}
