/**
 * The factory graph: one ONNX model from latents to labelled images, made one after another. It runs unchanged in any ONNX
 * Runtime.
 */
import { buildModel, type Model } from '../onnx/model.ts'
import { oneByOne } from '../onnx/oneByOne.ts'
import { reshape } from '../onnx/ops/layout.ts'
import { input, type Tensor } from '../onnx/tensor.ts'
import { generate, imageBytes, sizeOfImages } from '../stylegan/generator.ts'
import type { Precision } from '../stylegan/halfPrecision.ts'
import type { Noise } from '../stylegan/layers.ts'
import { mapping, truncate } from '../stylegan/mapping.ts'
import { synthesis } from '../stylegan/synthesis.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import type { Labeler } from './labeler.ts'
import { imagePart, type LabelSize } from './labelFrame.ts'
import { imageScore } from './uncertainty.ts'

export interface FactoryGraphOptions {
  readonly truncation: number
  /** Of the label map, which covers the image: all of the square, or the generator's crop. */
  readonly size: LabelSize
  readonly noise?: Noise
  /** Of the generator's styled convolutions. Default `float32`. */
  readonly precision?: Precision
  /** What the graph takes: z, or w (which is not truncated again). Default `z`. */
  readonly latent?: 'z' | 'w'
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * Input: `z` float32 [batch, latentLength], or `w` float32 [batch, styleLength].
 * Outputs: `image` uint8 [batch, height, width, 3]; `labels` uint8 [batch, label height, label width] part ids;
 * `divergence` float32 [batch, label height, label width] Jensen-Shannon divergence in nats; `score` float32 [batch]
 * image uncertainty in nats.
 */
export function factoryGraph(weights: GeneratorWeights, labeler: Labeler, options: FactoryGraphOptions): Model {
  const { truncation, size, noise = 'constant', precision = 'float32', latent = 'z', metadata = {} } = options
  const length = latent === 'z' ? weights.latentLength : weights.styleLength
  const outputs = oneByOne(input(latent, 'float32', ['batch', length]), (row) => {
    const code = reshape(row, [1, length])
    const w = latent === 'z' ? truncate(weights, mapping(weights, code), truncation) : code
    const { image, taps } = synthesis(weights, w, noise, precision)
    const { labels, divergence } = labeler(taps, imagePart(weights))
    return {
      image: croppedImage(weights, image),
      labels: reshape(labels, [size.height, size.width]),
      divergence: reshape(divergence, [size.height, size.width]),
      score: imageScore(divergence),
    }
  })
  return buildModel({ name: 'factory', outputs, metadata })
}

/** Images without labels, made the same way: what a labelled image is measured against. */
export function imageGraph(weights: GeneratorWeights, truncation: number, noise: Noise = 'constant'): Model {
  const outputs = oneByOne(input('z', 'float32', ['batch', weights.latentLength]), (row) => {
    const { image } = generate(weights, reshape(row, [1, weights.latentLength]), { truncation, noise })
    return { image: croppedImage(weights, image) }
  })
  return buildModel({ name: 'images', outputs })
}

/** @param image [1, 3, resolution, resolution] @returns uint8 [height, width, 3] */
function croppedImage(weights: GeneratorWeights, image: Tensor): Tensor {
  const { width, height } = sizeOfImages(weights)
  return reshape(imageBytes(image, weights.facts.crop), [height, width, 3])
}
