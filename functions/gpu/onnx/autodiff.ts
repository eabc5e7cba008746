import { filled } from './constant.ts'
import { zeros } from './ops/broadcast.ts'
import { add } from './ops/elementwise.ts'
import { knownShape, requireFloat, sameShape } from './shape.ts'
import { describeType, GraphError, type Node, type OperatorNode, outputOf, type Tensor } from './tensor.ts'
import { dependencies, inOrder } from './walk.ts'

/**
 * Reverse-mode differentiation: adds the nodes that compute dLoss/dParameter.
 * @param loss a single floating-point number
 * @param parameters tensors that the loss reads, inputs or results of nodes; each gradient is the total derivative
 * @returns one tensor for each parameter, of its shape. Zeros, if the loss reads a parameter only through
 *   `stopGradient`, comparisons or indices: that is the derivative there. A parameter that the loss does not read at all
 *   is an error instead, because it is a mistake in the graph.
 * @throws GraphError where the loss is not a single number, does not read a parameter, or an operator on the way has no
 *   gradient
 */
export function gradients(loss: Tensor, parameters: readonly Tensor[]): readonly Tensor[] {
  if (knownShape(loss, 'the loss').some((length) => length !== 1))
    throw new GraphError(`the loss must be a single number, got ${describeType(loss)}`)
  requireFloat(loss, 'the loss')
  const order = inOrder([loss])
  const dependent = nodesThatReach(order, parameters)
  const sums = new Map<Node, (Tensor | undefined)[]>()
  accumulate(sums, loss, filled(1, knownShape(loss, 'the loss'), loss.dtype))
  for (const node of order.toReversed()) {
    const outputGradients = sums.get(node)
    if (outputGradients === undefined || node.kind === 'input' || node.kind === 'constant') continue
    if (node.kind === 'scan') {
      if (dependent.has(node))
        throw new GraphError('gradients cannot pass through a Scan: differentiate its body instead')
      continue
    }
    if (!node.inputs.some((tensor) => dependent.has(tensor.node))) continue
    for (const [index, gradient] of inputGradients(node, outputGradients, dependent).entries()) {
      const tensor = node.inputs[index]
      if (gradient !== undefined && tensor !== undefined && dependent.has(tensor.node))
        accumulate(sums, tensor, gradient)
    }
  }
  return parameters.map((parameter, index) => {
    const gradient = sums.get(parameter.node)?.[parameter.output]
    if (gradient !== undefined) return gradient
    if (!isRead(parameter, order))
      throw new GraphError(`the loss does not depend on parameter ${index} (${describeType(parameter)})`)
    return zeros(knownShape(parameter, 'a gradient of zeros'), parameter.dtype)
  })
}

function isRead(tensor: Tensor, order: readonly Node[]): boolean {
  return order.some((node) =>
    dependencies(node).some((read) => read.node === tensor.node && read.output === tensor.output),
  )
}

function inputGradients(
  node: OperatorNode,
  outputGradients: readonly (Tensor | undefined)[],
  dependent: ReadonlySet<Node>,
): readonly (Tensor | undefined)[] {
  const rule = node.operator.gradient
  if (rule === 'none') return []
  if (rule === undefined) throw new GraphError(`operator ${node.operator.type} has no gradient`)
  const gradient = outputGradients.find((tensor) => tensor !== undefined)
  if (gradient === undefined) return []
  return rule({
    inputs: node.inputs,
    outputs: node.outputs.map((_, index) => outputOf(node, index)),
    attributes: node.attributes,
    outputGradients,
    gradient,
    wanted: node.inputs.map((tensor) => dependent.has(tensor.node)),
  })
}

/** The nodes through which a change of a parameter changes the loss. */
function nodesThatReach(order: readonly Node[], parameters: readonly Tensor[]): ReadonlySet<Node> {
  const dependent = new Set(parameters.map((parameter) => parameter.node))
  for (const node of order) {
    if (node.kind === 'operator' && node.operator.gradient === 'none') continue
    if (dependencies(node).some((tensor) => dependent.has(tensor.node))) dependent.add(node)
  }
  return dependent
}

function accumulate(sums: Map<Node, (Tensor | undefined)[]>, tensor: Tensor, gradient: Tensor): void {
  if (!sameShape(tensor.shape, gradient.shape))
    throw new GraphError(`the gradient of ${describeType(tensor)} came out as ${describeType(gradient)}`)
  const list = sums.get(tensor.node) ?? []
  const before = list[tensor.output]
  list[tensor.output] = before === undefined ? gradient : add(before, gradient)
  sums.set(tensor.node, list)
}
