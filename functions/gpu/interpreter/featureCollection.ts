import type { Engine } from '../onnx/engine.ts'
import { float32Data } from '../onnx/hostTensor.ts'
import { buildModel } from '../onnx/model.ts'
import { input } from '../onnx/tensor.ts'
import { generate } from '../stylegan/generator.ts'
import { latentTensor } from '../stylegan/latents.ts'
import type { GeneratorWeights } from '../stylegan/weights.ts'
import { imagePart, type LabelSize } from './labelFrame.ts'
import { pixelFeatures, pixelFeeds } from './pixelFeatures.ts'

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

/** Reads features of chosen pixels, sample by sample. */
export interface FeatureReader {
  /** @returns [pixels, D], row-major */
  read(request: FeatureRequest): Promise<Float32Array>
  close(): Promise<void>
}

/** Loads the generator once for many readings. */
export async function openFeatureReader(
  engine: Engine,
  weights: GeneratorWeights,
  { truncation, size }: Pick<CollectOptions, 'truncation' | 'size'>,
): Promise<FeatureReader> {
  const z = input('z', 'float32', [1, weights.latentLength])
  const { taps } = generate(weights, z, { truncation })
  const sides = taps.map((tap) => Number(tap.shape[2]))
  const frame = { size, part: imagePart(weights) }
  const session = await engine.load(buildModel({ name: 'features', outputs: { features: pixelFeatures(taps) } }).bytes)
  return {
    read: async ({ seed, pixels }) => {
      const latent = latentTensor(seed, weights.latentLength)
      const { results } = await session.run({ z: latent, ...pixelFeeds(sides, pixels, frame) })
      return float32Data(results.features, 'features')
    },
    close: () => session.release(),
  }
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
  const reader = await openFeatureReader(engine, weights, { truncation, size })
  const length = featureLength(weights)
  const total = requests.reduce((sum, { pixels }) => sum + pixels.length, 0)
  const features = new Float32Array(total * length)
  let done = 0
  try {
    for (const [index, request] of requests.entries()) {
      signal?.throwIfAborted()
      if (request.pixels.length > 0) features.set(await reader.read(request), done * length)
      done += request.pixels.length
      onProgress?.(index + 1, requests.length)
    }
  } finally {
    await reader.close()
  }
  return { features, pixels: total, length }
}
