/** The ensemble's training graph: loss, held-out evaluation, running statistics. */
import { constant } from '../onnx/constant.ts'
import { buildModel, type Model } from '../onnx/model.ts'
import { mul } from '../onnx/ops/elementwise.ts'
import { gather } from '../onnx/ops/layout.ts'
import { reduceMean, reduceSum } from '../onnx/ops/reduce.ts'
import { softmaxCrossEntropy } from '../onnx/ops/softmax.ts'
import { adam, type Schedule } from '../onnx/optimizers.ts'
import { input } from '../onnx/tensor.ts'
import type { TrainingDefinition } from '../onnx/training.ts'
import { classify, classifyTraining, lookup } from './classifier.ts'
import { type EnsembleShape, parameterShapes, statisticShapes } from './ensemble.ts'

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
 * Data: `features` float32 [pixels, D], `labels` int32 [pixels]. Batch: `pixels` int32 [members, batch], indices.
 * Records `memberLoss` [members].
 */
export function ensembleTraining(shape: EnsembleShape, options: EnsembleTrainingOptions): TrainingDefinition {
  const { pixels, batch, learningRate, partWeights } = options
  return {
    parameters: parameterShapes(shape),
    buffers: statisticShapes(shape),
    data: {
      features: { dtype: 'float32', shape: [pixels, shape.features] },
      labels: { dtype: 'int32', shape: [pixels] },
    },
    batch: { pixels: { dtype: 'int32', shape: [shape.members, batch] } },
    optimizer: adam({ learningRate }),
    step: ({ parameters, buffers, data, batch }) => {
      const chosen = lookup(batch)('pixels')
      const x = gather(lookup(data)('features'), chosen)
      const labels = gather(lookup(data)('labels'), chosen)
      const { outputs, statistics } = classifyTraining(x, lookup(parameters), lookup(buffers))
      const perPixel = softmaxCrossEntropy(outputs, labels)
      const weighted = partWeights === undefined ? perPixel : mul(perPixel, gather(constant(partWeights), labels))
      const memberLoss = reduceMean(weighted, [1])
      return {
        loss: reduceSum(memberLoss),
        buffers: statistics,
        records: { memberLoss },
      }
    },
  }
}

/**
 * Held-out evaluation with running statistics, for all members on the same pixels.
 * Inputs: the ensemble's tensors by name, `features` [pixels, D], `labels` int32 [members, pixels], equal for all members.
 * Output: `memberLoss` [members], mean cross entropy in nats.
 */
export function ensembleEvaluation(shape: EnsembleShape): Model {
  const shapes: Readonly<Record<string, readonly number[]>> = { ...parameterShapes(shape), ...statisticShapes(shape) }
  const features = input('features', 'float32', ['pixels', shape.features])
  const labels = input('labels', 'int32', [shape.members, 'pixels'])
  const logits = classify(features, (name) => input(name, 'float32', shapes[name] ?? []))
  const memberLoss = reduceMean(softmaxCrossEntropy(logits, labels), [1])
  return buildModel({ name: 'evaluation', outputs: { memberLoss } })
}

/** Weights that count every part equally: inversely proportional to its share of the pixels, mean 1 over pixels. */
export function balancedPartWeights(labels: Uint8Array, parts: number): Float32Array {
  const counts = new Float64Array(parts)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  const present = counts.filter((count) => count > 0).length
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : labels.length / (present * count)))
}
