/** The tiny networks of fixtures/segmenter, and the training that PyTorch did on them. */
import { float32, type HostTensor, int32 } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { pixelCrossEntropy } from '../../../../functions/gpu/onnx/ops/pixelCrossEntropy.ts'
import { sgd } from '../../../../functions/gpu/onnx/optimizers.ts'
import { readSafetensors } from '../../../../functions/gpu/onnx/safetensors.ts'
import type { Tensor } from '../../../../functions/gpu/onnx/tensor.ts'
import type { TrainingDefinition } from '../../../../functions/gpu/onnx/training.ts'
import {
  type DeepLabShape,
  deepLab,
  deepLabParameters,
  deepLabStatistics,
} from '../../../../functions/gpu/segmenter/deeplab.ts'
import { fixture } from '../../../support/fixture.ts'

export const tinyShapes = {
  bottleneck: {
    backbone: { block: 'bottleneck', depths: [1, 1, 2, 2], width: 2 },
    outputStride: 16,
    headWidth: 4,
    classes: 3,
  },
  basic: { backbone: { block: 'basic', depths: [1, 2, 1, 2], width: 4 }, outputStride: 8, headWidth: 5, classes: 4 },
} as const satisfies Readonly<Record<string, DeepLabShape>>

export type TinyName = keyof typeof tinyShapes

/** Tensors of a fixture by name, their names without the prefix. */
export function tinyTensors(name: TinyName, prefix = ''): ReadonlyMap<string, HostTensor> {
  const { tensors } = readSafetensors(fixture(`segmenter/${name}.safetensors`))
  const found = [...tensors].filter(([key]) => key.startsWith(prefix))
  return new Map(found.map(([key, tensor]) => [key.slice(prefix.length), hostTensor(key, tensor)]))
}

function hostTensor(name: string, { dtype, shape, data }: { dtype: string; shape: readonly number[]; data: unknown }) {
  if (dtype === 'F32' && data instanceof Float32Array) return float32(data, shape)
  if (dtype === 'I32' && data instanceof Int32Array) return int32(data, shape)
  throw new TypeError(`${name} is ${dtype}`)
}

export function tinyTensor(name: TinyName, key: string): HostTensor {
  const tensor = tinyTensors(name).get(key)
  if (tensor === undefined) throw new TypeError(`the fixture has no ${key}`)
  return tensor
}

/** The three steps of SGD that make.py does, all on the same images. */
export function tinyTraining(name: TinyName): TrainingDefinition {
  const shape = tinyShapes[name]
  const data = ['images', 'labels', 'classWeights'].map((key) => [key, tinyTensor(name, key)] as const)
  return {
    parameters: deepLabParameters(shape),
    buffers: deepLabStatistics(shape),
    data: Object.fromEntries(data.map(([key, tensor]) => [key, { dtype: tensor.dtype, shape: tensor.shape }])),
    batch: { step: { dtype: 'float32', shape: [] } },
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
    step: ({ parameters, buffers, data: given }) => {
      const of = (key: string): Tensor => {
        const tensor = given[key]
        if (tensor === undefined) throw new TypeError(`the step has no ${key}`)
        return tensor
      }
      const { logits, statistics } = deepLab(shape, of('images'), { parameters, statistics: buffers, mode: 'train' })
      const options = { ignoredLabel: 255, classWeights: of('classWeights') }
      return { loss: pixelCrossEntropy(logits, of('labels'), options), buffers: statistics }
    },
  }
}
