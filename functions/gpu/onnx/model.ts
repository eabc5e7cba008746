import { attributeTypes, type AttributeMessage, elementTypes, encodeModel, type GraphMessage, type NodeMessage, type TensorMessage, type ValueInfoMessage } from './messages.ts'
import {
  type Attributes,
  type ConstantNode,
  GraphError,
  type Node,
  outputOf,
  type ScanNode,
  type Scope,
  type Tensor,
  type TensorType,
} from './tensor.ts'
import { inOrder, scopesOf } from './walk.ts'

/** ONNX operator set: the newest that every execution provider in use implements fully. */
export const operatorSet = 18
const irVersion = 8

/** Constants up to this many elements are written beside their users: shape inference inside a loop's body sees only those. */
const smallConstant = 64

export interface ModelOptions {
  readonly name: string
  /** Results by the name that they get in the file. */
  readonly outputs: Readonly<Record<string, Tensor>>
  /** Facts for whoever opens the file. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** A graph as an ONNX file, and what it reads and returns. */
export interface Model {
  readonly bytes: Uint8Array
  readonly inputs: Readonly<Record<string, TensorType>>
  readonly outputs: Readonly<Record<string, TensorType>>
}

/**
 * Writes everything that the outputs depend on as one ONNX file. Nodes that do not depend on a loop's iteration are
 * written outside of it, whichever side they were built on.
 * @throws GraphError where two inputs share a name, or an output depends on a loop's inside
 */
export function buildModel({ name, outputs, metadata = {} }: ModelOptions): Model {
  const order = inOrder(Object.values(outputs))
  const writer = new Writer(order)
  const inputs = new Map<string, TensorType>()
  for (const node of order) {
    if (node.kind !== 'input' || node.scope !== undefined) continue
    const [type] = node.outputs
    if (inputs.has(node.name)) throw new GraphError(`two inputs are called ${node.name}`)
    if (type !== undefined) inputs.set(node.name, type)
  }
  const graph = writer.graph(
    name,
    undefined,
    [...inputs].map(([inputName, type]) => valueInfo(inputName, type)),
    Object.entries(outputs),
  )
  const bytes = encodeModel({
    irVersion,
    producerName: 'sixteen',
    opsetImport: [{ domain: '', version: operatorSet }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph,
  })
  return { bytes, inputs: Object.fromEntries(inputs), outputs }
}

class Writer {
  readonly #order: readonly Node[]
  readonly #scopes: ReadonlyMap<Node, ReadonlySet<Scope>>
  readonly #names = new Map<Node, readonly string[]>()
  #count = 0

  constructor(order: readonly Node[]) {
    this.#order = order
    this.#scopes = scopesOf(order)
  }

  /** Writes the nodes of one scope (undefined: the outermost graph). */
  graph(
    name: string,
    scope: Scope | undefined,
    inputs: readonly ValueInfoMessage[],
    outputs: readonly (readonly [string, Tensor])[],
    reachable: readonly Node[] = this.#order,
  ): GraphMessage {
    const nodes: NodeMessage[] = []
    const initializers: TensorMessage[] = []
    const valueInfos: ValueInfoMessage[] = []
    const local = new Map<Node, string>()
    const nameOf = (tensor: Tensor): string => {
      if (tensor.node.kind === 'constant' && isSmall(tensor.node)) {
        if (tensor.node.data.length === 0) return ''
        const known = local.get(tensor.node)
        if (known !== undefined) return known
        const fresh = this.#fresh('constant')
        local.set(tensor.node, fresh)
        initializers.push(initializer(fresh, tensor.node))
        return fresh
      }
      const given = this.#names.get(tensor.node)?.[tensor.output]
      if (given === undefined) throw new GraphError(`${name} uses a value from inside a loop that it is not part of`)
      return given
    }
    for (const node of reachable) {
      if (!this.#belongs(node, scope)) continue
      if (node.kind === 'input') this.#names.set(node, [node.name])
      else if (node.kind === 'constant') {
        if (isSmall(node)) continue
        const fresh = node.name === undefined ? this.#fresh('constant') : this.#fresh(node.name)
        this.#names.set(node, [fresh])
        initializers.push(initializer(fresh, node))
      } else {
        const type = node.kind === 'scan' ? 'Scan' : node.operator.type
        const names = node.outputs.map(() => this.#fresh(type))
        const attribute = node.kind === 'scan' ? this.#scanAttributes(node) : attributeMessages(node.attributes)
        nodes.push({ name: names[0] ?? type, opType: type, input: node.inputs.map(nameOf), output: names, attribute })
        this.#names.set(node, names)
        for (const [index, outputName] of names.entries()) valueInfos.push(valueInfo(outputName, outputOf(node, index)))
      }
    }
    const outputInfos = outputs.map(([outputName, tensor]) => {
      nodes.push({ name: outputName, opType: 'Identity', input: [nameOf(tensor)], output: [outputName], attribute: [] })
      return valueInfo(outputName, tensor)
    })
    return { name, node: nodes, initializer: initializers, input: inputs, output: outputInfos, valueInfo: valueInfos }
  }

  #belongs(node: Node, scope: Scope | undefined): boolean {
    const scopes = this.#scopes.get(node) ?? new Set()
    if (scope === undefined) return scopes.size === 0
    // An inner loop's nodes depend on the inner and perhaps the outer scope: they are written by the inner graph.
    return scopes.has(scope) && [...scopes].every((other) => other === scope || this.#names.has(placeholderOf(this.#order, other)))
  }

  #scanAttributes(node: ScanNode): readonly AttributeMessage[] {
    const { label } = node.scope
    const inputs = node.bodyInputs.map((tensor) => {
      const fresh = this.#fresh(tensor.node.kind === 'input' ? tensor.node.name : label)
      this.#names.set(tensor.node, [fresh])
      return valueInfo(fresh, tensor)
    })
    const outputs = node.bodyOutputs.map((tensor, index) => [this.#fresh(`${label}.out${index}`), tensor] as const)
    const reachable = inOrder(node.bodyOutputs).filter((inner) => inner.kind !== 'input')
    const body = this.graph(label, node.scope, inputs, outputs, reachable)
    return [
      { name: 'body', type: attributeTypes.graph, g: body },
      { name: 'num_scan_inputs', type: attributeTypes.int, i: node.scanned },
    ]
  }

  #fresh(stem: string): string {
    return `${stem}/${this.#count++}`
  }
}

function placeholderOf(order: readonly Node[], scope: Scope): Node {
  const found = order.find((node) => node.kind === 'scan' && node.scope === scope)
  const placeholder = found?.kind === 'scan' ? found.bodyInputs[0]?.node : undefined
  if (placeholder === undefined) throw new GraphError('a value from inside a loop is used without its loop')
  return placeholder
}

function isSmall(node: ConstantNode): boolean {
  return node.data.length <= smallConstant
}

function initializer(name: string, node: ConstantNode): TensorMessage {
  const [type] = node.outputs
  const { data } = node
  return {
    name,
    dims: (type?.shape ?? []).map(Number),
    dataType: elementTypes[type?.dtype ?? 'float32'],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }
}

function valueInfo(name: string, { dtype, shape }: TensorType): ValueInfoMessage {
  const dim = shape.map((length) => (typeof length === 'number' ? { dimValue: length } : { dimParam: length }))
  return { name, type: { tensorType: { elemType: elementTypes[dtype], shape: { dim } } } }
}

function attributeMessages(attributes: Attributes): readonly AttributeMessage[] {
  return Object.entries(attributes).map(([name, value]): AttributeMessage => {
    if ('int' in value) return { name, type: attributeTypes.int, i: value.int }
    if ('ints' in value) return { name, type: attributeTypes.ints, ints: value.ints }
    if ('float' in value) return { name, type: attributeTypes.float, f: value.float }
    return { name, type: attributeTypes.string, s: new TextEncoder().encode(value.string) }
  })
}
