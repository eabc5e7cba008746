import { absent } from './constant.ts'
import {
  type AttributeMessage,
  attributeTypes,
  elementTypes,
  encodeModel,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from './messages.ts'
import {
  type Attributes,
  type ConstantNode,
  describeType,
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
 * @throws GraphError where two inputs or an input and an output share a name, a name is empty, an axis of an input has
 *   an impossible length, or a value from inside a loop is used outside of it
 */
export function buildModel({ name, outputs, metadata = {} }: ModelOptions): Model {
  const order = inOrder(Object.values(outputs))
  const inputs = new Map<string, TensorType>()
  for (const node of order) {
    if (node.kind !== 'input' || node.scope !== undefined) continue
    if (inputs.has(node.name)) throw new GraphError(`two inputs are called ${node.name}`)
    inputs.set(node.name, checkedInput(node.name, typeOf(outputOf(node, 0))))
  }
  const outputNames = Object.keys(outputs)
  if (outputNames.length === 0) throw new GraphError(`model ${name} has no outputs`)
  const clash = outputNames.find((outputName) => outputName === '' || inputs.has(outputName))
  if (clash !== undefined)
    throw new GraphError(clash === '' ? 'an output has no name' : `an input and an output are both called ${clash}`)
  const graph = new Writer(order, [...inputs.keys(), ...outputNames]).graph(
    name,
    [],
    [...inputs].map(([inputName, type]) => valueInfo(inputName, type)),
    Object.entries(outputs),
    order,
  )
  const bytes = encodeModel({
    irVersion,
    producerName: 'sixteen',
    opsetImport: [{ domain: '', version: operatorSet }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph,
  })
  const outputTypes = Object.entries(outputs).map(([outputName, tensor]) => [outputName, typeOf(tensor)] as const)
  return { bytes, inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputTypes) }
}

function typeOf({ dtype, shape }: TensorType): TensorType {
  return { dtype, shape }
}

function checkedInput(name: string, type: TensorType): TensorType {
  if (name === '') throw new GraphError('an input has no name')
  if (
    type.shape.some(
      (length) => length === '' || (typeof length === 'number' && !(Number.isInteger(length) && length >= 0)),
    )
  )
    throw new GraphError(`input ${name} cannot be ${describeType(type)}: an axis is a whole number or a name`)
  return type
}

/** Names every value of one file and writes its graphs, the outermost and those of loops. */
class Writer {
  readonly #scopes: ReadonlyMap<Node, ReadonlySet<Scope>>
  readonly #names = new Map<Node, readonly string[]>()
  readonly #taken: Set<string>
  #count = 0

  constructor(order: readonly Node[], taken: readonly string[]) {
    this.#scopes = scopesOf(order)
    this.#taken = new Set(taken)
  }

  /**
   * Writes the nodes of one graph.
   * @param enclosing the loops around it, its own last; none for the outermost graph
   * @param reachable what its outputs depend on; nodes of other graphs among it are left to them
   */
  graph(
    name: string,
    enclosing: readonly Scope[],
    inputs: readonly ValueInfoMessage[],
    outputs: readonly (readonly [string, Tensor])[],
    reachable: readonly Node[],
  ): GraphMessage {
    const nodes: NodeMessage[] = []
    const initializers: TensorMessage[] = []
    const valueInfos: ValueInfoMessage[] = []
    const local = new Map<Node, string>()
    const nameOf = (tensor: Tensor): string => {
      if (tensor.node === absent.node) return ''
      if (tensor.node.kind === 'constant' && isSmall(tensor.node)) {
        const known = local.get(tensor.node)
        if (known !== undefined) return known
        const fresh = this.#fresh('constant')
        local.set(tensor.node, fresh)
        initializers.push(initializer(fresh, tensor.node))
        return fresh
      }
      const given = this.#names.get(tensor.node)?.[tensor.output]
      if (given === undefined || !this.#isVisible(tensor.node, enclosing))
        throw new GraphError(`${name} uses ${describeType(tensor)} from inside a loop that it is not part of`)
      return given
    }
    // An output takes its producer's place where it can: a copy of large state in every step of a loop would cost.
    const direct = new Map<Node, Map<number, string>>()
    for (const [outputName, { node, output }] of outputs) {
      const places = direct.get(node) ?? new Map<number, string>()
      const computedHere = (node.kind === 'operator' || node.kind === 'scan') && this.#belongs(node, enclosing)
      if (computedHere && !places.has(output)) direct.set(node, places.set(output, outputName))
    }
    for (const node of reachable) {
      if (!this.#belongs(node, enclosing)) continue
      if (node.kind === 'input') this.#names.set(node, [node.name])
      else if (node.kind === 'constant') {
        if (isSmall(node)) continue
        const fresh = node.name === undefined ? this.#fresh('constant') : this.#fresh(node.name)
        this.#names.set(node, [fresh])
        initializers.push(initializer(fresh, node))
      } else {
        const type = node.kind === 'scan' ? 'Scan' : node.operator.type
        const own = direct.get(node)
        const names = node.outputs.map((_, index) => own?.get(index) ?? this.#fresh(type))
        const attribute =
          node.kind === 'scan' ? this.#scanAttributes(node, enclosing) : attributeMessages(node.attributes)
        nodes.push({ name: names[0] ?? type, opType: type, input: node.inputs.map(nameOf), output: names, attribute })
        this.#names.set(node, names)
        for (const [index, valueName] of names.entries())
          if (!own?.has(index)) valueInfos.push(valueInfo(valueName, outputOf(node, index)))
      }
    }
    const outputInfos = outputs.map(([outputName, tensor]) => {
      if (direct.get(tensor.node)?.get(tensor.output) !== outputName)
        nodes.push({
          name: outputName,
          opType: 'Identity',
          input: [nameOf(tensor)],
          output: [outputName],
          attribute: [],
        })
      return valueInfo(outputName, tensor)
    })
    return { name, node: nodes, initializer: initializers, input: inputs, output: outputInfos, valueInfo: valueInfos }
  }

  /** Whether every loop that the node's value depends on is being written. */
  #isVisible(node: Node, enclosing: readonly Scope[]): boolean {
    return [...(this.#scopes.get(node) ?? [])].every((scope) => enclosing.includes(scope))
  }

  /** A node is written into the innermost loop that its value depends on. */
  #belongs(node: Node, enclosing: readonly Scope[]): boolean {
    const own = enclosing.at(-1)
    return this.#isVisible(node, enclosing) && (own === undefined || this.#scopes.get(node)?.has(own) === true)
  }

  #scanAttributes(node: ScanNode, enclosing: readonly Scope[]): readonly AttributeMessage[] {
    const { label } = node.scope
    const inputs = node.bodyInputs.map((tensor) => {
      const fresh = this.#fresh(tensor.node.kind === 'input' ? tensor.node.name : label)
      this.#names.set(tensor.node, [fresh])
      return valueInfo(fresh, tensor)
    })
    const outputs = node.bodyOutputs.map((tensor, index) => [this.#fresh(`${label}.out${index}`), tensor] as const)
    const reachable = inOrder(node.bodyOutputs).filter((inner) => inner.kind !== 'input')
    const body = this.graph(label, [...enclosing, node.scope], inputs, outputs, reachable)
    return [
      { name: 'body', type: attributeTypes.graph, g: body },
      { name: 'num_scan_inputs', type: attributeTypes.int, i: node.scanned },
    ]
  }

  #fresh(stem: string): string {
    const name = `${stem}/${this.#count++}`
    return this.#taken.has(name) ? this.#fresh(stem) : name
  }
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
