/**
 * The training of the second branch: a mean teacher (Tarvainen and Valpola 2017) for the question
 * which classes occur in an image.
 */
import type { HostTensor } from '../../onnx/hostTensor.ts'
import { buildModel } from '../../onnx/model.ts'
import { add, mul, sigmoid, stopGradient, sub } from '../../onnx/ops/elementwise.ts'
import { slice } from '../../onnx/ops/layout.ts'
import { reduceMean } from '../../onnx/ops/reduce.ts'
import { adam, polynomialDecay } from '../../onnx/optimizers.ts'
import { input, type Tensor } from '../../onnx/tensor.ts'
import type { TrainingDefinition } from '../../onnx/training.ts'
import { normalizedImage } from '../imageInput.ts'
import { type Tensors, weightInputs } from '../layer.ts'
import type { SegmenterNetwork } from '../segmenter.ts'
import { stepTensor } from '../stepTensor.ts'
import { binaryCrossEntropy } from './binaryCrossEntropy.ts'
import { classifierParameters, classifierStatistics, imageClassifier } from './imageClassifier.ts'
import type { ClassifierFitOptions } from './options.ts'

export interface ClassifierChoice extends ClassifierFitOptions {
  /** Labelled images per step. */
  readonly batch: number
  readonly unlabelledBatch: number
}

const teacherPrefix = 'teacher.'

/**
 * Batch: `images` uint8 [batch + unlabelledBatch, height, width, 3], labelled ones first; `present` [batch, classes], 1 where
 * a class occurs; `teacherImages` uint8 [unlabelledBatch, height, width, 3], the images without labels changed in another
 * way; `consistency` [], the weight of agreeing with the teacher; `decay` [], what the teacher keeps of itself.
 *
 * The student learns by Adam from binary cross entropy on labelled images, and from the squared difference of its
 * probabilities and the teacher's on the others (the published code takes their cosine instead). The teacher's parameters are the moving average of the student's; it takes
 * the last step's at the beginning of a step. It normalizes with the batch's statistics, as the student does, and keeps
 * running ones of its own.
 */
export function classifierTraining(network: SegmenterNetwork, choice: ClassifierChoice): TrainingDefinition {
  const { width, height } = network.size
  const { batch: labelledCount, unlabelledBatch, learningRate, steps } = choice
  const [parameters, statistics] = [classifierParameters(network), classifierStatistics(network)]
  const images = (count: number) => ({ dtype: 'uint8', shape: [count, height, width, 3] }) as const
  return {
    parameters,
    buffers: { ...statistics, ...prefixed({ ...parameters, ...statistics }) },
    batch: {
      images: images(labelledCount + unlabelledBatch),
      present: { dtype: 'float32', shape: [labelledCount, network.classes] },
      teacherImages: images(unlabelledBatch),
      consistency: { dtype: 'float32', shape: [] },
      decay: { dtype: 'float32', shape: [] },
    },
    optimizer: adam({ learningRate: polynomialDecay(learningRate, steps) }),
    step: ({ parameters: student, buffers, batch }) => {
      const given = normalizedImage(stepTensor(batch, 'images'))
      const learned = imageClassifier(network, given, { parameters: student, statistics: buffers, mode: 'train' })
      const part = (start: number, count: number) => slice(learned.logits, [{ axis: 0, start, end: start + count }])
      const before = Object.fromEntries(teacherOf(Object.entries(buffers)))
      const teacher = movingAverage(before, student, stepTensor(batch, 'decay'))
      const taught = imageClassifier(network, normalizedImage(stepTensor(batch, 'teacherImages')), {
        parameters: teacher,
        statistics: before,
        mode: 'train',
      })
      const supervised = reduceMean(binaryCrossEntropy(part(0, labelledCount), stepTensor(batch, 'present')))
      const agreement = consistencyLoss(part(labelledCount, unlabelledBatch), taught.logits)
      return {
        loss: add(supervised, mul(agreement, stepTensor(batch, 'consistency'))),
        buffers: { ...learned.statistics, ...prefixed({ ...teacher, ...taught.statistics }) },
      }
    },
  }
}

/** Parameters and statistics of both: the teacher begins as the student. */
export function withTeacher(student: ReadonlyMap<string, HostTensor>): ReadonlyMap<string, HostTensor> {
  return new Map([...student, ...[...student].map(([name, tensor]) => [teacherPrefix + name, tensor] as const)])
}

/** The teacher's tensors among those of a training, by the names that they have in a classifier. */
export function teacherOf<Value>(tensors: Iterable<readonly [string, Value]>): ReadonlyMap<string, Value> {
  const own = [...tensors].filter(([name]) => name.startsWith(teacherPrefix))
  return new Map(own.map(([name, value]) => [name.slice(teacherPrefix.length), value]))
}

/**
 * A graph that measures a classifier: inputs are its tensors by name, `images` uint8 [batch, height, width, 3] and `present`
 * [batch, classes]. Output: `losses` [batch], binary cross entropy in the mean over the classes.
 */
export function classifierEvaluation(network: SegmenterNetwork, batch: number): Uint8Array {
  const weights = weightInputs({ ...classifierParameters(network), ...classifierStatistics(network) })
  const { width, height } = network.size
  const images = normalizedImage(input('images', 'uint8', [batch, height, width, 3]))
  const tensors = { parameters: weights, statistics: weights, mode: 'infer' } as const
  const present = input('present', 'float32', [batch, network.classes])
  const losses = reduceMean(binaryCrossEntropy(imageClassifier(network, images, tensors).logits, present), [1])
  return buildModel({ name: 'classification', outputs: { losses } }).bytes
}

/**
 * (σ(student) − σ(teacher))², in the mean over images and classes; the teacher learns nothing from it.
 * @param student, teacher logits [batch, classes]
 */
export function consistencyLoss(student: Tensor, teacher: Tensor): Tensor {
  const difference = sub(sigmoid(student), stopGradient(sigmoid(teacher)))
  return reduceMean(mul(difference, difference))
}

/** decay · teacher + (1 − decay) · student. */
function movingAverage(teacher: Tensors, student: Tensors, decay: Tensor): Tensors {
  const rest = sub(1, decay)
  return Object.fromEntries(
    Object.entries(student).map(([name, tensor]) => [
      name,
      add(mul(stepTensor(teacher, name), decay), mul(tensor, rest)),
    ]),
  )
}

function prefixed<Value>(values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [teacherPrefix + name, value]))
}
