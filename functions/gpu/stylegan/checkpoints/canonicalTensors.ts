import type { Architecture } from '../../../../schemas/generator.ts'
import type { Weight } from '../weights.ts'
import { CheckpointError } from './errors.ts'
import { mappingTensors, withoutClasses } from './mappingTensors.ts'
import type { Notes } from './notes.ts'
import { resampleFilter } from './resampleFilter.ts'
import { countNumbered, type TensorSource } from './tensorSource.ts'

export interface CanonicalOptions {
  readonly architecture: Architecture
  readonly mappingMultiplier: number
  readonly classIndex: number | undefined
}

/**
 * The weights of a generator whose file gives them NVIDIA's names, which are the canonical ones: what the images are
 * made from, and nothing else. Conditional networks are narrowed to one class.
 * @throws CheckpointError names what is missing, or what the network has beyond
 */
export function canonicalTensors(
  source: TensorSource,
  { architecture, mappingMultiplier, classIndex }: CanonicalOptions,
  notes: Notes,
): ReadonlyMap<string, Weight> {
  const stored = Array.from({ length: mappingLayerCount(source) }, (_, index) => ({
    weight: source.take(`mapping.fc${index}.weight`),
    bias: source.take(`mapping.fc${index}.bias`),
  }))
  const layers = withoutClasses(source, stored, classIndex, notes)
  const average = source.has('mapping.w_avg') ? { average: source.take('mapping.w_avg') } : {}
  const tensors = mappingTensors({ layers, ...average }, mappingMultiplier, notes)
  const resolution = resolutionOf(source)
  const take = (name: string): void => {
    tensors.set(name, source.take(name))
  }
  take('synthesis.b4.const')
  for (let side = 4; side <= resolution; side *= 2) {
    const block = `synthesis.b${side}`
    for (const layer of side === 4 ? ['conv1'] : ['conv0', 'conv1']) {
      takeModulated(take, `${block}.${layer}`)
      for (const [name, noise] of noiseTensors(source, `${block}.${layer}`, side, notes)) tensors.set(name, noise)
    }
    if (architecture === 'skip' || side === resolution) takeModulated(take, `${block}.torgb`)
    if (architecture === 'resnet' && side > 4) take(`${block}.skip.weight`)
    for (const name of filterNames(source, block, architecture))
      tensors.set(name, resampleFilter(name, source.take(name)))
  }
  // Filters of layers that do not enlarge are stored and never used.
  source.refuseUnused(/\.resample_filter$/)
  return tensors
}

/** Layers `fc0`, `fc1`, … of the mapping network: at least one is asked for. */
export function mappingLayerCount(source: TensorSource): number {
  return Math.max(1, countNumbered(source.names, /^mapping\.fc(\d{1,4})\./))
}

/** Side of the largest block that is named, a power of two. @throws CheckpointError where there is none */
export function resolutionOf(source: TensorSource): number {
  const resolution = countNumbered(source.names, /^synthesis\.b(\d{1,4})\./) - 1
  if (resolution < 4 || resolution > 4096 || !Number.isInteger(Math.log2(resolution)))
    throw new CheckpointError(
      'the network has no synthesis blocks b4, b8, b16, …: it is no StyleGAN2 generator of NVIDIA',
    )
  return resolution
}

/** Structure of the network as the names of its weights tell it. */
export function architectureOf(source: TensorSource): Architecture {
  if (source.names.some((name) => /^synthesis\.b\d+\.skip\./.test(name))) return 'resnet'
  return source.has('synthesis.b4.torgb.weight') ? 'skip' : 'orig'
}

function takeModulated(take: (name: string) => void, prefix: string): void {
  for (const weight of ['weight', 'bias', 'affine.weight', 'affine.bias']) take(`${prefix}.${weight}`)
}

/** Networks that were made without noise have neither of both tensors. */
function noiseTensors(source: TensorSource, prefix: string, side: number, notes: Notes): readonly [string, Weight][] {
  const [image, strength] = [`${prefix}.noise_const`, `${prefix}.noise_strength`]
  if (source.has(image) || source.has(strength))
    return [
      [image, source.take(image)],
      [strength, source.take(strength)],
    ]
  notes.add('the network has layers without noise')
  return silence(prefix, side)
}

/** Noise that changes nothing. */
export function silence(prefix: string, side: number): readonly [string, Weight][] {
  return [
    [`${prefix}.noise_const`, { shape: [side, side], data: new Float32Array(side * side) }],
    [`${prefix}.noise_strength`, { shape: [], data: new Float32Array(1) }],
  ]
}

function filterNames(source: TensorSource, block: string, architecture: Architecture): readonly string[] {
  if (block === 'synthesis.b4') return []
  const layers = architecture === 'resnet' ? [`${block}.conv0`, `${block}.skip`, block] : [`${block}.conv0`, block]
  return layers.map((prefix) => `${prefix}.resample_filter`).filter((name) => source.has(name))
}
