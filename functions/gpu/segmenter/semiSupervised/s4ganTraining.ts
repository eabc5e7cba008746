/** One step of s4GAN: the segmenter learns from both kinds of images, then its discriminator from what it said. */
import { constant } from '../../onnx/constant.ts'
import { float32, type HostTensor } from '../../onnx/hostTensor.ts'
import { concat, slice } from '../../onnx/ops/layout.ts'
import { adam, polynomialDecay } from '../../onnx/optimizers.ts'
import type { Tensor } from '../../onnx/tensor.ts'
import type { TrainingDefinition } from '../../onnx/training.ts'
import { deepLab } from '../deeplab.ts'
import { normalizedImage } from '../imageInput.ts'
import { initialTensors } from '../initialTensors.ts'
import { stackImages } from '../joinImages.ts'
import type { SegmenterNetwork } from '../segmenter.ts'
import { segmenterTraining, type TrainingChoice } from '../segmenterTraining.ts'
import { stepTensor } from '../stepTensor.ts'
import { discriminatorParameters } from './discriminator.ts'
import type { Minibatch } from './minibatches.ts'
import type { S4GanOptions } from './options.ts'
import { s4ganLosses } from './s4ganLoss.ts'
import { type SecondTraining, secondTraining } from './secondTraining.ts'

export interface S4GanChoice extends TrainingChoice, S4GanOptions {}

const network = 'discriminator'

/** What is recorded of each step, all of it []. */
const s4ganRecords = ['supervised', 'featureMatching', 'selfTraining', 'chosen', 'discriminator'] as const
export type S4GanRecord = (typeof s4ganRecords)[number]

/**
 * Batch, of both kinds of images: `images` and `unlabelled` uint8 [batch, height, width, 3], `labels` and `margins` uint8
 * [batch, height, width]; margins are 255 where images without labels do not reach, else 0. And `step`, which counts from 0.
 *
 * All images go through the segmenter together, so that batch normalization sees the statistics of both kinds. The
 * discriminator learns by Adam with the decays 0.9 and 0.99 and the segmenter's schedule, from predictions that the segmenter
 * made before its step.
 */
export function s4ganTraining(segmenter: SegmenterNetwork, choice: S4GanChoice): TrainingDefinition {
  const supervised = segmenterTraining(segmenter, choice)
  const opponent = discriminatorTraining(segmenter, choice)
  const { width, height } = segmenter.size
  const { batch: labelledCount, unlabelledBatch } = choice
  return {
    ...supervised,
    buffers: { ...supervised.buffers, ...opponent.shapes },
    batch: {
      ...supervised.batch,
      unlabelled: { dtype: 'uint8', shape: [unlabelledBatch, height, width, 3] },
      margins: { dtype: 'uint8', shape: [unlabelledBatch, height, width] },
      step: { dtype: 'float32', shape: [] },
    },
    step: ({ parameters, buffers, batch }) => {
      const all = normalizedImage(concat([stepTensor(batch, 'images'), stepTensor(batch, 'unlabelled')], 0))
      const { logits, statistics } = deepLab(segmenter, all, { parameters, statistics: buffers, mode: 'train' })
      const part = (start: number, count: number, labels: string) => {
        const of = (tensor: Tensor): Tensor => slice(tensor, [{ axis: 0, start, end: start + count }])
        return { images: of(all), logits: of(logits), labels: stepTensor(batch, labels) }
      }
      const losses = s4ganLosses(
        part(0, labelledCount, 'labels'),
        part(labelledCount, unlabelledBatch, 'margins'),
        opponent.parameters(buffers),
        constant(choice.classWeights),
        choice,
      )
      return {
        loss: losses.segmenter,
        buffers: { ...statistics, ...opponent.next(losses.discriminator, buffers, stepTensor(batch, 'step')) },
        records: Object.fromEntries(s4ganRecords.map((name) => [name, losses[name]])),
      }
    },
  }
}

/** Values of an untrained discriminator, named as the training's buffers are. */
export function initialDiscriminator(
  { classes }: SegmenterNetwork,
  width: number,
  seed: number,
): ReadonlyMap<string, HostTensor> {
  const tensors = initialTensors(discriminatorParameters({ classes, width }), seed, network)
  return new Map([...tensors].map(([name, tensor]) => [`${network}.${name}`, tensor]))
}

/**
 * A call's minibatches as the training takes them.
 * @param first number of the first step
 */
export function s4ganBatches(steps: readonly Minibatch[], first: number): Readonly<Record<string, HostTensor>> {
  const labelled = stackImages(steps.map((step) => step.labelled))
  const unlabelled = stackImages(steps.map((step) => step.unlabelled))
  return {
    images: labelled.images,
    labels: labelled.labels,
    unlabelled: unlabelled.images,
    margins: unlabelled.labels,
    step: float32(Float32Array.from(steps, (_, index) => first + index)),
  }
}

function discriminatorTraining({ classes }: SegmenterNetwork, choice: S4GanChoice): SecondTraining {
  const { discriminatorWidth: width, discriminatorRate, steps } = choice
  const optimizer = adam({ learningRate: polynomialDecay(discriminatorRate, steps), beta2: 0.99 })
  return secondTraining(network, discriminatorParameters({ classes, width }), optimizer)
}
