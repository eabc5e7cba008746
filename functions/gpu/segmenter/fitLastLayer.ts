/** Tunes the last layer of a segmenter alone: what transfer learning does with few images. */

import type { Engine } from '../onnx/engine.ts'
import { type FitCheckpoint, type FitHooks, fitModel } from '../onnx/fit.ts'
import { float32Data, type HostTensor } from '../onnx/hostTensor.ts'
import { initialState, type TrainingDefinition } from '../onnx/training.ts'
import { classWeightsOf } from './classWeights.ts'
import { deepLab } from './deeplab.ts'
import { SegmenterError } from './errors.ts'
import type { SegmenterFit, SegmenterFitOptions, SegmenterProblem } from './fitSegmenter.ts'
import { openHeldOut } from './heldOut.ts'
import { normalizedImage } from './imageInput.ts'
import { imageOrder } from './imageOrder.ts'
import { stackImages } from './joinImages.ts'
import { checkLabelledImages, pickImages } from './labelledImages.ts'
import { lossOf, segmenterTraining } from './segmenterTraining.ts'
import { stepTensor } from './stepTensor.ts'

const lastLayer = /^classifier\.4\./

/**
 * @param problem `start` holds the weights: those of the last layer change, all others stay, and batch normalization keeps
 *   its statistics
 * @param resume what an earlier attempt left, of the same problem and options
 * @throws SegmenterError where images do not fit the network, or there is no start; TrainingError; the signal's reason
 */
export async function fitLastLayer(
  engine: Engine,
  { network, data, heldOut, augment, start }: SegmenterProblem,
  options: SegmenterFitOptions,
  hooks: FitHooks = {},
  resume?: FitCheckpoint,
): Promise<SegmenterFit> {
  for (const images of [data, heldOut]) checkLabelledImages(images, network)
  if (start === undefined) throw new SegmenterError('a last layer is tuned on top of given weights: there are none')
  const { batch, balanceParts } = options
  const classWeights = classWeightsOf(data, network.classes, balanceParts)
  const frozen = new Map([...start].filter(([name]) => !lastLayer.test(name)))
  const whole = segmenterTraining(network, { ...options, classWeights })
  const definition: TrainingDefinition = {
    ...whole,
    parameters: Object.fromEntries(Object.entries(whole.parameters).filter(([name]) => lastLayer.test(name))),
    buffers: {},
    data: Object.fromEntries([...frozen].map(([name, { dtype, shape }]) => [name, { dtype, shape }])),
    step: ({ parameters, data: rest, batch: step }) => {
      const all = { ...rest, ...parameters }
      const images = normalizedImage(stepTensor(step, 'images'))
      const { logits } = deepLab(network, images, { parameters: all, statistics: all, mode: 'infer' })
      return { loss: lossOf(logits, stepTensor(step, 'labels'), classWeights) }
    },
  }
  const order = imageOrder(data.count, batch, options.seed)
  const measurer = await openHeldOut(engine, network, heldOut, { batch, classWeights })
  const measure = async (last: Parameters<typeof measurer.measure>[0]) =>
    measurer.measure({ ...Object.fromEntries(frozen), ...last })
  try {
    const { best, history } = await fitModel(
      engine,
      {
        definition,
        start: initialState(definition, start),
        // What is handed over is emptied.
        data: Object.fromEntries([...frozen].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }])),
        batches: (first) => {
          const images = pickImages(data, order(first))
          return stackImages([augment?.(images, first) ?? images])
        },
        trainLoss: ({ loss }) => float32Data(loss, 'loss').at(-1) ?? Number.NaN,
        heldOutLoss: async (tensors) => {
          const { loss, miou } = await measure(tensors)
          return { loss, iou: miou }
        },
      },
      { ...options, stepsPerCall: 1 },
      hooks,
      resume,
    )
    const tensors: ReadonlyMap<string, HostTensor> = new Map([...start, ...best])
    return { segmenter: { network, tensors }, history, heldOut: await measure(Object.fromEntries(best)) }
  } finally {
    await measurer.release()
  }
}
