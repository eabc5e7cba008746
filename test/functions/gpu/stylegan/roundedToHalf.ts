import { constant } from '../../../../functions/gpu/onnx/constant.ts'
import { widenFloat16 } from '../../../../functions/gpu/onnx/float16.ts'
import { cast } from '../../../../functions/gpu/onnx/ops/elementwise.ts'
import { apply, type Node, type Tensor } from '../../../../functions/gpu/onnx/tensor.ts'

/**
 * A graph with float16 inside as a graph that a processor computes like a GPU: in float32, and each result of an operator
 * on float16 rounded to it. Given float16 itself, ONNX Runtime's `cpu` computes in float32 from end to end and rounds
 * nothing but constants, so that neither range nor rounding would be tested.
 */
export function roundedToHalf(outputs: readonly Tensor[]): readonly Tensor[] {
  const known = new Map<Node, readonly Tensor[]>()
  const replace = (tensor: Tensor): Tensor => {
    const found = known.get(tensor.node) ?? replaceNode(tensor.node)
    known.set(tensor.node, found)
    const result = found[tensor.output]
    if (result === undefined) throw new TypeError(`a node lost its result ${tensor.output}`)
    return result
  }
  const replaceNode = (node: Node): readonly Tensor[] => {
    const same = node.outputs.map((type, output) => ({ ...type, node, output }))
    if (node.kind === 'constant' && node.data instanceof Uint16Array)
      return [constant(widenFloat16(node.data), same[0]?.shape.map(Number))]
    if (node.kind === 'scan') throw new TypeError('loops are not looked into')
    if (node.kind !== 'operator') return same
    const inputs = node.inputs.map(replace)
    if (node.operator.type === 'Cast' && node.inputs[0]?.dtype === 'float16') return inputs
    if (same.every(({ dtype }) => dtype !== 'float16'))
      return apply(node.operator, inputs, node.outputs, node.attributes)
    if (node.operator.type === 'Cast') return inputs.map(rounded)
    const types = node.outputs.map(({ shape }) => ({ dtype: 'float32', shape }) as const)
    return apply(node.operator, inputs, types, node.attributes).map(rounded)
  }
  return outputs.map(replace)
}

function rounded(x: Tensor): Tensor {
  return cast(cast(x, 'float16'), 'float32')
}
