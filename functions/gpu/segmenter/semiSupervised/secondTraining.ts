import type { Optimizer } from '../../onnx/optimizers.ts'
import type { Tensor } from '../../onnx/tensor.ts'
import { optimized } from '../../onnx/trainingGraph.ts'
import type { Shapes, Tensors } from '../layer.ts'
import { stepTensor } from '../stepTensor.ts'

/**
 * A network that learns beside the one of a training definition, from a loss of its own. Its parameters, as
 * `<network>.<name>`, and its optimizer's state travel as buffers.
 */
export interface SecondTraining {
  /** float32 shapes of the buffers. */
  readonly shapes: Shapes
  /** The network's parameters by their own names. */
  parameters(buffers: Tensors): Tensors
  /**
   * The next value of every buffer.
   * @param loss is differentiated for these parameters alone
   * @param step a scalar that counts from 0
   */
  next(loss: Tensor, buffers: Tensors, step: Tensor): Tensors
}

/** @param network a prefix that no other tensor of the training has */
export function secondTraining(network: string, parameters: Shapes, optimizer: Optimizer): SecondTraining {
  const names = Object.keys(parameters)
  const stateNames = (name: string): readonly string[] =>
    optimizer.stateNames.map((state) => `${network}.${name}:${state}`)
  return {
    shapes: Object.fromEntries(
      Object.entries(parameters).flatMap(([name, shape]) =>
        [`${network}.${name}`, ...stateNames(name)].map((buffer) => [buffer, shape]),
      ),
    ),
    parameters: (buffers) => Object.fromEntries(names.map((name) => [name, stepTensor(buffers, `${network}.${name}`)])),
    next: (loss, buffers, step) => {
      const stateOf = (name: string): Tensor => stepTensor(buffers, name)
      const keys = names.map((name) => `${network}.${name}`)
      const before = Object.fromEntries(keys.map((key) => [key, stateOf(key)]))
      return Object.fromEntries(optimized(optimizer, loss, before, stateOf, step))
    },
  }
}
