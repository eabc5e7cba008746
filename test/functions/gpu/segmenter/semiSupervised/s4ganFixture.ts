/** What PyTorch made of a tiny discriminator and of s4GAN's losses (fixtures/segmenter/semiSupervised/make.py). */
import { float32, float32Data, type HostTensor, int32 } from '../../../../../functions/gpu/onnx/hostTensor.ts'
import { readSafetensors } from '../../../../../functions/gpu/onnx/safetensors.ts'
import { input, type Tensor } from '../../../../../functions/gpu/onnx/tensor.ts'
import type { Tensors } from '../../../../../functions/gpu/segmenter/layer.ts'
import {
  type DiscriminatorShape,
  discriminatorParameters,
} from '../../../../../functions/gpu/segmenter/semiSupervised/discriminator.ts'
import { s4ganLosses } from '../../../../../functions/gpu/segmenter/semiSupervised/s4ganLoss.ts'
import { fixture } from '../../../../support/fixture.ts'

export const tinyDiscriminator: DiscriminatorShape = { classes: 3, width: 2 }
export const parameterNames = Object.keys(discriminatorParameters(tinyDiscriminator))

const { tensors } = readSafetensors(fixture('segmenter/semiSupervised/s4gan.safetensors'))

export function given(name: string): HostTensor {
  const tensor = tensors.get(name)
  if (tensor?.data instanceof Float32Array) return float32(tensor.data, tensor.shape)
  if (tensor?.data instanceof Int32Array) return int32(tensor.data, tensor.shape)
  throw new TypeError(`the fixture has no ${name}`)
}

export function givenValues(name: string): Float32Array {
  return float32Data(given(name), name)
}

/** What the losses read beside the discriminator's parameters. */
export const dataNames = [
  'images',
  'logits',
  'labels',
  'unlabelled',
  'unlabelledLogits',
  'margins',
  'classWeights',
] as const

/** Inputs of the fixture's names, and what to feed them. */
export const feeds: Readonly<Record<string, HostTensor>> = Object.fromEntries([
  ...dataNames.map((name) => [name, given(name)] as const),
  ...parameterNames.map((name) => [name, given(`weights.${name}`)] as const),
])

export function inputs(): Record<(typeof dataNames)[number], Tensor> & { readonly parameters: Tensors } {
  const of = (name: string): Tensor => {
    const tensor = feeds[name]
    if (tensor === undefined) throw new TypeError(`nothing feeds ${name}`)
    return input(name, tensor.dtype, tensor.shape)
  }
  return {
    images: of('images'),
    logits: of('logits'),
    labels: of('labels'),
    unlabelled: of('unlabelled'),
    unlabelledLogits: of('unlabelledLogits'),
    margins: of('margins'),
    classWeights: of('classWeights'),
    parameters: Object.fromEntries(parameterNames.map((name) => [name, of(name)])),
  }
}

/** The losses of the fixture's images, as PyTorch weighed them. */
export function lossesOf(
  {
    images,
    logits,
    labels,
    unlabelled,
    unlabelledLogits,
    margins,
    classWeights,
    parameters,
  }: ReturnType<typeof inputs>,
  scoreThreshold = givenValues('threshold')[0] ?? Number.NaN,
) {
  return s4ganLosses(
    { images, logits, labels },
    { images: unlabelled, logits: unlabelledLogits, labels: margins },
    parameters,
    classWeights,
    { featureMatching: 0.1, selfTraining: 1, scoreThreshold },
  )
}
