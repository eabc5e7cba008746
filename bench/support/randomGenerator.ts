/** StyleGAN2 generators with random weights: as fast and as large as trained ones, which is all that a bench needs. */
import { type StoredTensor, writeSafetensors } from '../../functions/gpu/onnx/safetensors.ts'
import { createRandom } from '../../functions/gpu/random.ts'
import { publishedFilter } from '../../functions/gpu/stylegan/checkpoints/resampleFilter.ts'

export interface RandomGeneratorOptions {
  /** Pixels per side of the image, a power of two, at least 4. */
  readonly resolution: number
  /** A block of side r has min(channelBase / r, channelMax) channels. Default 32768, as in config-f. */
  readonly channelBase?: number
  /** Default 512. */
  readonly channelMax?: number
  /** Layers of the mapping network. Default 8. */
  readonly mappingLayers?: number
  /** Numbers in z and in w. Default 512. */
  readonly latentLength?: number
  /** Default 0. */
  readonly seed?: number
}

/** The resolution is no power of two from 4 on. */
export class ResolutionError extends RangeError {
  override readonly name = 'ResolutionError'
}

/**
 * A skip generator (Karras et al. 2020, config-f by default) with canonical names. All weights are N(0, 1), as before
 * training; the convolutions are demodulated, so that activations keep their scale. Deterministic.
 * @returns a safetensors file
 * @throws ResolutionError
 */
export function randomGenerator(options: RandomGeneratorOptions): Uint8Array {
  const {
    resolution,
    channelBase = 2 ** 15,
    channelMax = 512,
    mappingLayers = 8,
    latentLength = 512,
    seed = 0,
  } = options
  if (resolution < 4 || !Number.isInteger(Math.log2(resolution)))
    throw new ResolutionError(`the resolution is ${resolution}, expected a power of two from 4 on`)
  const tensors = new Map<string, StoredTensor>()
  const store = (name: string, shape: readonly number[], fill: number | 'normal'): void => {
    const data = new Float32Array(shape.reduce((product, length) => product * length, 1))
    if (fill === 'normal') fillNormal(data, seed, name)
    else data.fill(fill)
    tensors.set(name, { dtype: 'F32', shape, data })
  }
  const layer = (prefix: string, outputs: number, inputs: number, kernel: number): void => {
    store(`${prefix}.weight`, [outputs, inputs, kernel, kernel], 'normal')
    store(`${prefix}.bias`, [outputs], 0)
    store(`${prefix}.affine.weight`, [inputs, latentLength], 'normal')
    store(`${prefix}.affine.bias`, [inputs], 1)
  }
  for (let index = 0; index < mappingLayers; index++) {
    store(`mapping.fc${index}.weight`, [latentLength, latentLength], 'normal')
    store(`mapping.fc${index}.bias`, [latentLength], 0)
  }
  store('mapping.w_avg', [latentLength], 0)
  const channelsOf = (side: number): number => Math.min(Math.floor(channelBase / side), channelMax)
  store('synthesis.b4.const', [channelsOf(4), 4, 4], 'normal')
  for (let side = 4; side <= resolution; side *= 2) {
    const block = `synthesis.b${side}`
    const channels = channelsOf(side)
    tensors.set(`${block}.resample_filter`, { dtype: 'F32', ...publishedFilter() })
    for (const name of side === 4 ? ['conv1'] : ['conv0', 'conv1']) {
      layer(`${block}.${name}`, channels, name === 'conv0' ? channelsOf(side / 2) : channels, 3)
      store(`${block}.${name}.noise_strength`, [], 0.1)
      store(`${block}.${name}.noise_const`, [side, side], 'normal')
    }
    layer(`${block}.torgb`, 3, channels, 1)
  }
  const facts = {
    kind: 'stylegan2',
    architecture: 'skip',
    conv_clamp: null,
    mapping_lr_multiplier: 0.01,
    default_truncation: 1,
  }
  const metadata = Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, JSON.stringify(value)]))
  return writeSafetensors(tensors, metadata)
}

/** Normal numbers, of which a large tensor repeats the first 2¹⁶: drawing thirty million would take longer than the bench. */
function fillNormal(data: Float32Array, seed: number, name: string): void {
  const random = createRandom(seed, `bench.${name}`)
  const drawn = Math.min(data.length, 2 ** 16)
  for (let index = 0; index < drawn; index++) data[index] = random.normal()
  for (let done = drawn; done < data.length; done += drawn)
    data.copyWithin(done, 0, Math.min(drawn, data.length - done))
}
