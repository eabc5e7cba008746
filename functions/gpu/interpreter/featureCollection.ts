import type { Engine } from '../onnx/engine.ts'
import { float32, float32Data } from '../onnx/hostTensor.ts'
import { buildModel } from '../onnx/model.ts'
import { input } from '../onnx/tensor.ts'
import { sampleLatent } from '../stylegan/latents.ts'
import { mapping, truncate } from '../stylegan/mapping.ts'
import { synthesis } from '../stylegan/synthesis.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { type LabelSize, pixelFeatures, pixelFeeds } from './pixelFeatures.ts'

export interface PixelSet {
  /** [pixels, D], row-major. */
  readonly features: Float32Array
  readonly pixels: number
  readonly length: number
}

export interface FeatureRequest {
  readonly seed: number
  /** Indices into the row-major label map. */
  readonly pixels: ArrayLike<number>
}

export interface CollectOptions {
  readonly truncation: number
  readonly size: LabelSize
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** Numbers per pixel: the channels of all taps together. */
export function featureLength(weights: GeneratorWeights): number {
  const names = weights.blocks.flatMap((side) => (side === 4 ? ['b4.conv1'] : [`b${side}.conv0`, `b${side}.conv1`]))
  return names.reduce((sum, name) => sum + (weights.get(`synthesis.${name}.weight`).shape[0] ?? 0), 0)
}

/**
 * Features of chosen pixels of some samples, image by image, so that only one image's taps exist at a time.
 * @returns the pixels of all requests, in order
 */
export async function collectFeatures(
  engine: Engine,
  weights: GeneratorWeights,
  requests: readonly FeatureRequest[],
  { truncation, size, onProgress, signal }: CollectOptions,
): Promise<PixelSet> {
  const z = input('z', 'float32', [1, weights.latentLength])
  const { taps } = synthesis(weights, truncate(weights, mapping(weights, z), truncation))
  const sides = taps.map((tap) => Number(tap.shape[2]))
  const session = await engine.load(buildModel({ name: 'features', outputs: { features: pixelFeatures(taps) } }).bytes)
  const length = featureLength(weights)
  const total = requests.reduce((sum, { pixels }) => sum + pixels.length, 0)
  const features = new Float32Array(total * length)
  let done = 0
  try {
    for (const [index, { seed, pixels }] of requests.entries()) {
      signal?.throwIfAborted()
      if (pixels.length > 0) {
        const latent = float32(Float32Array.from(sampleLatent(seed, weights.latentLength)), [1, weights.latentLength])
        const { results } = await session.run({ z: latent, ...pixelFeeds(sides, pixels, size) })
        features.set(float32Data(results.features, 'features'), done * length)
        done += pixels.length
      }
      onProgress?.(index + 1, requests.length)
    }
  } finally {
    await session.release()
  }
  return { features, pixels: total, length }
}
