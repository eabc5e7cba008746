import { createHash } from 'node:crypto'
import { z } from 'zod'
import { GeneratorFacts } from '../../../schemas/generator.ts'
import { assertFinite } from '../onnx/finite.ts'
import { float32Values, readSafetensors, type StoredTensor } from '../onnx/safetensors.ts'

/** A generator's file lacks something, or holds something that does not fit. */
export class GeneratorError extends Error {
  override readonly name = 'GeneratorError'
}

export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * A StyleGAN2 generator's weights under the names of NVIDIA's published `G_ema`, with every width read from the
 * weights themselves: the mapping network may be wider inside than w, and z and w may differ in length.
 */
export interface GeneratorWeights {
  readonly facts: GeneratorFacts
  /** Pixels per side of the image, a power of two. */
  readonly resolution: number
  /** Numbers in z. */
  readonly latentLength: number
  /** Numbers in w. */
  readonly styleLength: number
  readonly mappingLayers: number
  /** Sides of the synthesis blocks: 4, 8, …, resolution. */
  readonly blocks: readonly number[]
  /** Of the file, in hexadecimal: with seed and truncation it names an image for good. */
  readonly sha256: string
  /** @throws GeneratorError where there is none of this name */
  get(name: string): Weight
  has(name: string): boolean
}

/**
 * Reads a generator from a safetensors file with canonical names and its facts in the metadata.
 * @throws SafetensorsError where the file is damaged
 * @throws GeneratorError where weights are missing, of a wrong shape, or not finite
 */
export function readGenerator(file: Uint8Array): GeneratorWeights {
  const { tensors, metadata } = readSafetensors(file)
  const facts = readFacts(metadata)
  const decoded = new Map<string, Weight>()
  const get = (name: string): Weight => {
    const known = decoded.get(name)
    if (known !== undefined) return known
    const weight = decode(name, tensors.get(name))
    decoded.set(name, weight)
    return weight
  }
  const has = (name: string): boolean => tensors.has(name)
  const blocks = blockSides(tensors)
  const mappingLayers = countMappingLayers(tensors)
  const weights: GeneratorWeights = {
    facts,
    resolution: blocks.at(-1) ?? 4,
    latentLength: get('mapping.fc0.weight').shape[1] ?? 0,
    styleLength: get('mapping.w_avg').shape[0] ?? 0,
    mappingLayers,
    blocks,
    sha256: createHash('sha256').update(file).digest('hex'),
    get,
    has,
  }
  if (has('mapping.embed.weight'))
    throw new GeneratorError(
      'this generator is conditional (mapping.embed): class-conditional generators are not supported yet',
    )
  checkWidths(weights)
  for (const name of tensors.keys()) get(name)
  return weights
}

/** Metadata values are JSON, under the names that NVIDIA's network arguments have. */
const Metadata = z.object({
  kind: z.string(),
  architecture: z.string(),
  conv_clamp: z.string(),
  mapping_lr_multiplier: z.string(),
  default_truncation: z.string(),
})

function readFacts(metadata: Readonly<Record<string, string>>): GeneratorFacts {
  const texts = Metadata.safeParse(metadata)
  if (!texts.success)
    throw new GeneratorError(`the file's metadata does not describe a generator:\n${z.prettifyError(texts.error)}`)
  const value = (key: keyof typeof texts.data): unknown => {
    try {
      return JSON.parse(texts.data[key])
    } catch {
      throw new GeneratorError(`metadata ${key} is not JSON: ${texts.data[key].slice(0, 40)}`)
    }
  }
  const facts = GeneratorFacts.safeParse({
    kind: value('kind'),
    architecture: value('architecture'),
    convClamp: value('conv_clamp'),
    mappingMultiplier: value('mapping_lr_multiplier'),
    defaultTruncation: value('default_truncation'),
  })
  if (!facts.success) throw new GeneratorError(`the generator's facts are wrong:\n${z.prettifyError(facts.error)}`)
  return facts.data
}

function decode(name: string, stored: StoredTensor | undefined): Weight {
  if (stored === undefined)
    throw new GeneratorError(`the generator has no weight ${name}: is this a StyleGAN2 generator with canonical names?`)
  const data = float32Values(name, stored)
  assertFinite(name, data)
  return { shape: stored.shape, data }
}

function blockSides(tensors: ReadonlyMap<string, unknown>): readonly number[] {
  const sides: number[] = []
  for (let side = 4; tensors.has(`synthesis.b${side}.conv1.weight`); side *= 2) sides.push(side)
  if (sides.length === 0) throw new GeneratorError('the generator has no synthesis.b4.conv1.weight: is this StyleGAN2?')
  return sides
}

function countMappingLayers(tensors: ReadonlyMap<string, unknown>): number {
  let layers = 0
  while (tensors.has(`mapping.fc${layers}.weight`)) layers++
  if (layers === 0) throw new GeneratorError('the generator has no mapping.fc0.weight: is this StyleGAN2?')
  return layers
}

/** Every layer must take what the one before it gives; otherwise the graph would fail far from the cause. */
function checkWidths(weights: GeneratorWeights): void {
  const expect = (name: string, shape: readonly (number | undefined)[]): readonly number[] => {
    const found = weights.get(name).shape
    if (
      found.length !== shape.length ||
      found.some((length, axis) => shape[axis] !== undefined && shape[axis] !== length)
    )
      throw new GeneratorError(`${name} has shape [${found}], expected [${shape.map((length) => length ?? 'any')}]`)
    return found
  }
  let width = weights.latentLength
  for (let layer = 0; layer < weights.mappingLayers; layer++) {
    ;[width = 0] = expect(`mapping.fc${layer}.weight`, [undefined, width])
    expect(`mapping.fc${layer}.bias`, [width])
  }
  if (width !== weights.styleLength)
    throw new GeneratorError(`the mapping network ends in ${width} numbers, w_avg has ${weights.styleLength}`)
  let channels = expect('synthesis.b4.const', [undefined, 4, 4])[0] ?? 0
  for (const side of weights.blocks) {
    for (const layer of side === 4 ? ['conv1'] : ['conv0', 'conv1']) {
      const prefix = `synthesis.b${side}.${layer}`
      expect(`${prefix}.affine.weight`, [channels, weights.styleLength])
      expect(`${prefix}.affine.bias`, [channels])
      ;[channels = 0] = expect(`${prefix}.weight`, [undefined, channels, 3, 3])
      expect(`${prefix}.bias`, [channels])
      expect(`${prefix}.noise_const`, [side, side])
    }
    if (weights.facts.architecture === 'skip' || side === weights.resolution) {
      expect(`synthesis.b${side}.torgb.weight`, [3, channels, 1, 1])
      expect(`synthesis.b${side}.torgb.affine.weight`, [channels, weights.styleLength])
    }
  }
}
