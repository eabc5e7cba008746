/** One step of a segmenter's training, and how its loss is measured on images that are held out. */
import { constant } from '../onnx/constant.ts'
import { buildModel } from '../onnx/model.ts'
import { cast } from '../onnx/ops/elementwise.ts'
import { pixelCrossEntropy } from '../onnx/ops/pixelCrossEntropy.ts'
import { argMax } from '../onnx/ops/reduce.ts'
import { adam, type Optimizer, polynomialDecay, sgd } from '../onnx/optimizers.ts'
import { input, type Tensor } from '../onnx/tensor.ts'
import type { TrainingDefinition } from '../onnx/training.ts'
import { deepLab, deepLabParameters, deepLabStatistics } from './deeplab.ts'
import { normalizedImage } from './imageInput.ts'
import { ignoredLabel } from './labelledImages.ts'
import { type Mode, type NetworkTensors, weightInputs } from './layer.ts'
import type { SegmenterNetwork } from './segmenter.ts'
import { stepTensor } from './stepTensor.ts'

export interface OptimizerChoice {
  readonly optimizer: 'sgd' | 'adam'
  /** The first rate; it falls to zero over the steps as (1 − step / steps)^0.9. */
  readonly learningRate: number
  /** Of SGD. */
  readonly momentum: number
  /** L2 penalty, of SGD. */
  readonly weightDecay: number
  readonly steps: number
}

export interface TrainingChoice extends OptimizerChoice {
  /** Images per step. */
  readonly batch: number
  /** [classes] ≥ 0. */
  readonly classWeights: Float32Array
}

/** Batch: `images` uint8 [batch, height, width, 3] and `labels` uint8 [batch, height, width]. */
export function segmenterTraining(network: SegmenterNetwork, choice: TrainingChoice): TrainingDefinition {
  const { width, height } = network.size
  return {
    parameters: deepLabParameters(network),
    buffers: deepLabStatistics(network),
    batch: {
      images: { dtype: 'uint8', shape: [choice.batch, height, width, 3] },
      labels: { dtype: 'uint8', shape: [choice.batch, height, width] },
    },
    optimizer: optimizerOf(choice),
    step: ({ parameters, buffers, batch }) => {
      const tensors = { parameters, statistics: buffers }
      const { logits, statistics } = logitsOf(network, stepTensor(batch, 'images'), tensors, 'train')
      return { loss: lossOf(logits, stepTensor(batch, 'labels'), choice.classWeights), buffers: statistics }
    },
  }
}

function optimizerOf({ optimizer, learningRate, momentum, weightDecay, steps }: OptimizerChoice): Optimizer {
  const rate = polynomialDecay(learningRate, steps)
  return optimizer === 'adam' ? adam({ learningRate: rate }) : sgd({ learningRate: rate, momentum, weightDecay })
}

/**
 * A graph that measures weights: inputs are all tensors of the network by name, `images` and `labels` like a step's.
 * Outputs: `loss` of the batch, and `predicted` uint8 [batch, height, width].
 */
export function segmenterEvaluation(
  network: SegmenterNetwork,
  { batch, classWeights }: Pick<TrainingChoice, 'batch' | 'classWeights'>,
): Uint8Array {
  const { width, height } = network.size
  const weights = weightInputs({ ...deepLabParameters(network), ...deepLabStatistics(network) })
  const images = input('images', 'uint8', [batch, height, width, 3])
  const { logits } = logitsOf(network, images, { parameters: weights, statistics: weights }, 'infer')
  const loss = lossOf(logits, input('labels', 'uint8', [batch, height, width]), classWeights)
  return buildModel({ name: 'evaluation', outputs: { loss, predicted: classesOf(logits) } }).bytes
}

/** The likeliest class of each pixel, of equal ones the first: uint8 [batch, height, width]. */
export function classesOf(logits: Tensor): Tensor {
  return cast(argMax(logits, 1), 'uint8')
}

function logitsOf(
  network: SegmenterNetwork,
  images: Tensor,
  tensors: Omit<NetworkTensors, 'mode'>,
  mode: Mode,
): ReturnType<typeof deepLab> {
  return deepLab(network, normalizedImage(images), { ...tensors, mode })
}

/** Mean over the pixels whose class is known, weighted by class. */
export function lossOf(logits: Tensor, labels: Tensor, classWeights: Float32Array): Tensor {
  return pixelCrossEntropy(logits, labels, { ignoredLabel, classWeights: constant(classWeights) })
}
