/**
 * The pixel classifier that the ensemble's members and the student share:
 * Linear → ReLU → BatchNorm → Linear → ReLU → BatchNorm → Linear, batched over members.
 */
import { add, relu } from '../onnx/ops/elementwise.ts'
import { matmul } from '../onnx/ops/linear.ts'
import { batchNormInference, batchNormTraining, updateStatistics } from '../onnx/ops/normalization.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { InterpreterError, type ParameterName, type StatisticName } from './ensemble.ts'

/** Finds a tensor by its name. */
export type Lookup<Name extends string> = (name: Name) => Tensor

/** A lookup in a record of tensors. @throws InterpreterError where a name is missing */
export function lookup<Name extends string>(tensors: Readonly<Record<string, Tensor>>): Lookup<Name> {
  return (name) => {
    const tensor = tensors[name]
    if (tensor === undefined) throw new InterpreterError(`the graph has no tensor ${name}`)
    return tensor
  }
}

/**
 * Training: normalizes with the minibatch's statistics and carries the running ones on.
 * @param x [members, batch, D]
 * @returns outputs [members, batch, parts], and the next running statistics
 */
export function classifyTraining(
  x: Tensor,
  parameter: Lookup<ParameterName>,
  statistic: Lookup<StatisticName>,
): { readonly outputs: Tensor; readonly statistics: Readonly<Record<StatisticName, Tensor>> } {
  const axes = [1]
  const hidden1 = relu(add(matmul(x, parameter('weight1')), parameter('bias1')))
  const norm1 = batchNormTraining(hidden1, parameter('scale1'), parameter('shift1'), { axes })
  const hidden2 = relu(add(matmul(norm1.y, parameter('weight2')), parameter('bias2')))
  const norm2 = batchNormTraining(hidden2, parameter('scale2'), parameter('shift2'), { axes })
  const running1 = { mean: statistic('mean1'), variance: statistic('variance1') }
  const running2 = { mean: statistic('mean2'), variance: statistic('variance2') }
  const next1 = updateStatistics(running1, norm1.statistics, hidden1, { axes })
  const next2 = updateStatistics(running2, norm2.statistics, hidden2, { axes })
  return {
    outputs: add(matmul(norm2.y, parameter('weight3')), parameter('bias3')),
    statistics: { mean1: next1.mean, variance1: next1.variance, mean2: next2.mean, variance2: next2.variance },
  }
}

/**
 * Inference: normalizes with the running statistics.
 * @param features [pixels, D], the same for all members
 * @returns [members, pixels, parts]
 */
export function classify(features: Tensor, tensor: Lookup<ParameterName | StatisticName>): Tensor {
  const normalized = (x: Tensor, layer: 1 | 2): Tensor =>
    batchNormInference(x, tensor(`scale${layer}`), tensor(`shift${layer}`), {
      mean: tensor(`mean${layer}`),
      variance: tensor(`variance${layer}`),
    })
  const hidden1 = normalized(relu(add(matmul(features, tensor('weight1')), tensor('bias1'))), 1)
  const hidden2 = normalized(relu(add(matmul(hidden1, tensor('weight2')), tensor('bias2'))), 2)
  return add(matmul(hidden2, tensor('weight3')), tensor('bias3'))
}
