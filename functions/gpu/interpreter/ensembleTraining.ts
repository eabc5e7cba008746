/** The ensemble's training graph: loss, held-out evaluation, running statistics. */
import { constant } from '../onnx/constant.ts'
import { float32, type HostTensor } from '../onnx/hostTensor.ts'
import { buildModel, type Model } from '../onnx/model.ts'
import { add, cast, equal, mul, relu } from '../onnx/ops/elementwise.ts'
import { gather } from '../onnx/ops/layout.ts'
import { matmul } from '../onnx/ops/linear.ts'
import { batchNormInference, batchNormTraining, updateStatistics } from '../onnx/ops/normalization.ts'
import { argMax, reduceMean, reduceSum } from '../onnx/ops/reduce.ts'
import { softmaxCrossEntropy } from '../onnx/ops/softmax.ts'
import { adam, type Schedule } from '../onnx/optimizers.ts'
import { input, type Tensor } from '../onnx/tensor.ts'
import type { TrainingDefinition } from '../onnx/training.ts'
import { type EnsembleShape, InterpreterError, type ParameterName, parameterShapes, type StatisticName, statisticShapes } from './ensemble.ts'

type Tensors<Name extends string> = (name: Name) => Tensor

export interface EnsembleTrainingOptions {
  /** Number of pixels whose features are given. */
  readonly pixels: number
  /** Pixels per member and step. */
  readonly batch: number
  readonly learningRate: number | Schedule
  /** Weight of each part in the loss, [parts]. Default 1 for all. */
  readonly partWeights?: Float32Array
}

/**
 * One step: every member takes its own minibatch of pixels; the loss is the sum over members of the mean cross entropy,
 * so that each member trains exactly as if it were alone (Adam, as in the published code).
 *
 * Data: `features` float32 [pixels, D], `labels` int64 [pixels]. Batch: `pixels` int64 [members, batch], indices.
 * Records `memberLoss` [members].
 */
export function ensembleTraining(shape: EnsembleShape, options: EnsembleTrainingOptions): TrainingDefinition {
  const { pixels, batch, learningRate, partWeights } = options
  return {
    parameters: parameterShapes(shape),
    buffers: statisticShapes(shape),
    data: {
      features: { dtype: 'float32', shape: [pixels, shape.features] },
      labels: { dtype: 'int64', shape: [pixels] },
    },
    batch: { pixels: { dtype: 'int64', shape: [shape.members, batch] } },
    optimizer: adam({ learningRate }),
    step: ({ parameters, buffers, data, batch }) => {
      const parameter = named<ParameterName>(parameters)
      const statistic = named<StatisticName>(buffers)
      const chosen = named<'pixels'>(batch)('pixels')
      const x = gather(named<'features'>(data)('features'), chosen)
      const labels = gather(named<'labels'>(data)('labels'), chosen)
      const axes = [1]
      const hidden1 = relu(add(matmul(x, parameter('weight1')), parameter('bias1')))
      const norm1 = batchNormTraining(hidden1, parameter('scale1'), parameter('shift1'), { axes })
      const hidden2 = relu(add(matmul(norm1.y, parameter('weight2')), parameter('bias2')))
      const norm2 = batchNormTraining(hidden2, parameter('scale2'), parameter('shift2'), { axes })
      const logits = add(matmul(norm2.y, parameter('weight3')), parameter('bias3'))
      const perPixel = softmaxCrossEntropy(logits, labels)
      const weighted = partWeights === undefined ? perPixel : mul(perPixel, gather(constant(partWeights), labels))
      const memberLoss = reduceMean(weighted, [1])
      const next1 = updateStatistics({ mean: statistic('mean1'), variance: statistic('variance1') }, norm1.statistics, hidden1, { axes })
      const next2 = updateStatistics({ mean: statistic('mean2'), variance: statistic('variance2') }, norm2.statistics, hidden2, { axes })
      return {
        loss: reduceSum(memberLoss),
        buffers: { mean1: next1.mean, variance1: next1.variance, mean2: next2.mean, variance2: next2.variance },
        records: { memberLoss },
      }
    },
  }
}

/**
 * Held-out evaluation with running statistics, for all members on the same pixels.
 * Inputs: the ensemble's tensors by name, `features` [pixels, D], `labels` int64 [members, pixels], equal for all members.
 * Outputs: `memberLoss` [members] (mean cross entropy, nats), `memberAccuracy` [members].
 */
export function ensembleEvaluation(shape: EnsembleShape): Model {
  const shapes: Readonly<Record<string, readonly number[]>> = { ...parameterShapes(shape), ...statisticShapes(shape) }
  const tensor: Tensors<ParameterName | StatisticName> = (name) => input(name, 'float32', shapes[name] ?? [])
  const features = input('features', 'float32', ['pixels', shape.features])
  const labels = input('labels', 'int64', [shape.members, 'pixels'])
  const logits = ensembleLogits(features, tensor)
  const memberLoss = reduceMean(softmaxCrossEntropy(logits, labels), [1])
  const hits = equal(cast(argMax(logits, 2), 'int32'), cast(labels, 'int32'))
  const memberAccuracy = reduceMean(cast(hits, 'float32'), [1])
  return buildModel({ name: 'evaluation', outputs: { memberLoss, memberAccuracy } })
}

/** [pixels, D] → logits [members, pixels, parts], normalizing with running statistics. */
export function ensembleLogits(features: Tensor, tensor: Tensors<ParameterName | StatisticName>): Tensor {
  const normalized = (x: Tensor, layer: 1 | 2): Tensor =>
    batchNormInference(x, tensor(`scale${layer}`), tensor(`shift${layer}`), {
      mean: tensor(`mean${layer}`),
      variance: tensor(`variance${layer}`),
    })
  const hidden1 = normalized(relu(add(matmul(features, tensor('weight1')), tensor('bias1'))), 1)
  const hidden2 = normalized(relu(add(matmul(hidden1, tensor('weight2')), tensor('bias2'))), 2)
  return add(matmul(hidden2, tensor('weight3')), tensor('bias3'))
}

/** Weights that count every part equally: inversely proportional to its share of the pixels, mean 1 over pixels. */
export function balancedPartWeights(labels: Uint8Array, parts: number): Float32Array {
  const counts = new Float64Array(parts)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  const present = counts.filter((count) => count > 0).length
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : labels.length / (present * count)))
}

/** Evaluation feeds from a training state. */
export function evaluationFeeds(
  tensors: ReadonlyMap<string, HostTensor>,
  shape: EnsembleShape,
): Record<string, HostTensor> {
  const names = Object.keys({ ...parameterShapes(shape), ...statisticShapes(shape) })
  return Object.fromEntries(names.map((name) => [name, tensors.get(name) ?? float32(new Float32Array(0))]))
}

function named<Name extends string>(tensors: Readonly<Record<string, Tensor>>): Tensors<Name> {
  return (name) => {
    const tensor = tensors[name]
    if (tensor === undefined) throw new InterpreterError(`the training graph has no ${name}`)
    return tensor
  }
}
