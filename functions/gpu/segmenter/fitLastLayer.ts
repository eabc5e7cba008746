/** Tunes the last layer of a segmenter alone: what transfer learning does with few images. */

import { constant } from '../onnx/constant.ts'
import type { Engine } from '../onnx/engine.ts'
import { type FitCheckpoint, type FitHooks, fitModel } from '../onnx/fit.ts'
import { float32Data, type HostTensor } from '../onnx/hostTensor.ts'
import { pixelCrossEntropy } from '../onnx/ops/pixelCrossEntropy.ts'
import { initialState, type TrainingDefinition } from '../onnx/training.ts'
import { balancedClassWeights } from './classWeights.ts'
import { deepLab } from './deeplab.ts'
import { SegmenterError } from './errors.ts'
import type { SegmenterFit, SegmenterFitOptions, SegmenterProblem } from './fitSegmenter.ts'
import { openHeldOut } from './heldOut.ts'
import { normalizedImage } from './imageInput.ts'
import { imageOrder } from './imageOrder.ts'
import { checkLabelledImages, ignoredLabel, pickImages } from './labelledImages.ts'
import { segmenterTraining } from './segmenterTraining.ts'

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
  const classWeights = balanceParts
    ? balancedClassWeights(data, network.classes)
    : new Float32Array(network.classes).fill(1)
  const frozen = new Map([...start].filter(([name]) => !lastLayer.test(name)))
  const whole = segmenterTraining(network, { ...options, classWeights })
  const definition: TrainingDefinition = {
    ...whole,
    parameters: Object.fromEntries(Object.entries(whole.parameters).filter(([name]) => lastLayer.test(name))),
    buffers: {},
    data: Object.fromEntries([...frozen].map(([name, { dtype, shape }]) => [name, { dtype, shape }])),
    step: ({ parameters, data: rest, batch: { images, labels } }) => {
      if (images === undefined || labels === undefined) throw new SegmenterError('a training step lost its images')
      const all = { ...rest, ...parameters }
      const { logits } = deepLab(network, normalizedImage(images), { parameters: all, statistics: all, mode: 'infer' })
      return { loss: pixelCrossEntropy(logits, labels, { ignoredLabel, classWeights: constant(classWeights) }) }
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
          const changed = augment?.(images, first) ?? images
          const shape = [1, batch, network.size.height, network.size.width]
          return {
            images: { dtype: 'uint8', shape: [...shape, 3], data: changed.images },
            labels: { dtype: 'uint8', shape, data: changed.labels },
          }
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
