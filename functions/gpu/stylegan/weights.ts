import { z } from 'zod'
import { type Crop, GeneratorFacts } from '../../../schemas/generator.ts'
import { sha256Of } from '../../../schemas/sha256.ts'
import { assertFinite } from '../onnx/finite.ts'
import { float32Values, readSafetensors, type StoredTensor } from '../onnx/safetensors.ts'
import { GeneratorError } from './errors.ts'
import { checkWidths } from './widths.ts'

export { GeneratorError } from './errors.ts'

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
  /** Pixels per side of the square image, a power of two. */
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
 * @throws GeneratorError where weights are missing, of a wrong shape, or not finite, or the crop does not lie inside the
 *   image
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
  if (has('mapping.embed.weight'))
    throw new GeneratorError(
      'this generator is conditional (mapping.embed): class-conditional generators are not supported yet',
    )
  const blocks = blockSides(tensors.keys())
  const mappingLayers = countMappingLayers(tensors.keys())
  const weights: GeneratorWeights = {
    facts,
    resolution: blocks.at(-1) ?? 4,
    latentLength: get('mapping.fc0.weight').shape[1] ?? 0,
    styleLength: get('mapping.w_avg').shape[0] ?? 0,
    mappingLayers,
    blocks,
    sha256: sha256Of(file),
    get,
    has,
  }
  checkCrop(weights)
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
  crop: z.string().optional(),
})

/** @throws GeneratorError where something is missing or wrong */
export function readFacts(metadata: Readonly<Record<string, string>>): GeneratorFacts {
  const texts = Metadata.safeParse(metadata)
  if (!texts.success)
    throw new GeneratorError(`the file's metadata does not describe a generator:\n${z.prettifyError(texts.error)}`)
  const value = (key: keyof typeof texts.data): unknown => {
    const text = texts.data[key]
    if (text === undefined) return undefined
    try {
      return JSON.parse(text)
    } catch {
      throw new GeneratorError(`metadata ${key} is not JSON: ${text.slice(0, 40)}`)
    }
  }
  const kind = value('kind')
  if (kind !== 'stylegan2')
    throw new GeneratorError(`the file holds a generator of kind ${JSON.stringify(kind)}: only stylegan2 is supported`)
  const facts = GeneratorFacts.safeParse({
    kind,
    architecture: value('architecture'),
    convClamp: value('conv_clamp'),
    mappingMultiplier: value('mapping_lr_multiplier'),
    defaultTruncation: value('default_truncation'),
    crop: value('crop'),
  })
  if (!facts.success) throw new GeneratorError(`the generator's facts are wrong:\n${z.prettifyError(facts.error)}`)
  return facts.data
}

function checkCrop({ facts: { crop }, resolution }: GeneratorWeights): void {
  if (crop === undefined || isInside(crop, resolution)) return
  const { x, y, width, height } = crop
  throw new GeneratorError(
    `the crop of ${width} × ${height} pixels from (${x}, ${y}) on does not lie inside the ${resolution} × ${resolution} image`,
  )
}

function isInside({ x, y, width, height }: Crop, side: number): boolean {
  return x + width <= side && y + height <= side
}

function decode(name: string, stored: StoredTensor | undefined): Weight {
  if (stored === undefined)
    throw new GeneratorError(`the generator has no weight ${name}: is this a StyleGAN2 generator with canonical names?`)
  try {
    const data = float32Values(name, stored)
    assertFinite(name, data)
    return { shape: stored.shape, data }
  } catch (cause) {
    throw new GeneratorError(`the generator's weights cannot be used: ${messageOf(cause)}`, { cause })
  }
}

/** Sides 4, 8, … up to the largest block that the file names: one that is missing in between is found by its weights. */
function blockSides(names: Iterable<string>): readonly number[] {
  const resolution = Math.max(...numbersIn(names, /^synthesis\.b(\d+)\./))
  if (!Number.isInteger(Math.log2(resolution)) || resolution < 4)
    throw new GeneratorError('the generator has no synthesis blocks b4, b8, …: is this StyleGAN2 with canonical names?')
  return Array.from({ length: Math.log2(resolution) - 1 }, (_, index) => 4 * 2 ** index)
}

function countMappingLayers(names: Iterable<string>): number {
  return 1 + Math.max(0, ...numbersIn(names, /^mapping\.fc(\d+)\./))
}

function numbersIn(names: Iterable<string>, pattern: RegExp): readonly number[] {
  return [...names].flatMap((name) => {
    const number = pattern.exec(name)?.[1]
    return number === undefined ? [] : [Number(number)]
  })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
