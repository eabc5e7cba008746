import type { Weight } from '../weights.ts'
import { silence } from './canonicalTensors.ts'
import type { CheckpointOptions, ImportedCheckpoint } from './checkpoint.ts'
import { CheckpointError } from './errors.ts'
import { mappingTensors, refuseClass } from './mappingTensors.ts'
import { Notes } from './notes.ts'
import { publishedMultiplier } from './nvidiaLayers.ts'
import { publishedFilter, resampleFilter } from './resampleFilter.ts'
import { usualTruncation } from './sources.ts'
import { countNumbered, type TensorSource } from './tensorSource.ts'

/** Name under which the average style, which lies beside the weights in a file, joins them. */
export const averageName = 'latent_avg'

export function isRosinality(source: TensorSource): boolean {
  return source.has('conv1.conv.weight') && source.has('input.input')
}

/**
 * A generator of rosinality/stylegan2-pytorch: the skip architecture, computed as NVIDIA's, with other names and with
 * a scale 1/√fan_in that 3 × 3 weights get before demodulation. It goes into the weights here, so that the constant
 * which demodulation adds weighs the same.
 * @throws CheckpointError names what is missing or of another shape
 */
export function readRosinality(source: TensorSource, { classIndex }: CheckpointOptions): ImportedCheckpoint {
  refuseClass(classIndex)
  const notes = new Notes()
  const tensors = mappingTensors(mappingNetwork(source), publishedMultiplier, notes)
  tensors.set('synthesis.b4.const', dropOnes(source, 'input.input', 3))
  const set = (entries: Iterable<readonly [string, Weight]>): void => {
    for (const [name, weight] of entries) tensors.set(name, weight)
  }
  const styled = (prefix: string, canonical: string, noise: number, side: number): void => {
    set(modulated(source, prefix, canonical))
    tensors.set(`${canonical}.bias`, source.take(`${prefix}.activate.bias`))
    set(noiseTensors(source, prefix, canonical, noise, side, notes))
  }
  styled('conv1', 'synthesis.b4.conv1', 0, 4)
  set(toRgb(source, 'to_rgb1', 'synthesis.b4.torgb'))
  for (let index = 0; index < blockCount(source); index++) {
    const side = 8 * 2 ** index
    const block = `synthesis.b${side}`
    const first = 2 * index
    styled(`convs.${first}`, `${block}.conv0`, first + 1, side)
    styled(`convs.${first + 1}`, `${block}.conv1`, first + 2, side)
    set(toRgb(source, `to_rgbs.${index}`, `${block}.torgb`))
    tensors.set(`${block}.conv0.resample_filter`, filter(source, `convs.${first}.conv.blur.kernel`, notes))
    tensors.set(`${block}.resample_filter`, filter(source, `to_rgbs.${index}.upsample.kernel`, notes))
  }
  source.refuseUnused(/^noises\./)
  return {
    format: 'rosinality',
    facts: {
      kind: 'stylegan2',
      architecture: 'skip',
      convClamp: null,
      mappingMultiplier: publishedMultiplier,
      defaultTruncation: usualTruncation,
    },
    tensors,
    notes: notes.all,
  }
}

/** `style.0` normalizes and has no weights. */
function mappingNetwork(source: TensorSource) {
  const count = Math.max(1, countNumbered(source.names, /^style\.(\d{1,4})\./) - 1)
  const layers = Array.from({ length: count }, (_, index) => ({
    weight: source.take(`style.${index + 1}.weight`),
    bias: source.take(`style.${index + 1}.bias`),
  }))
  return source.has(averageName) ? { layers, average: dropOnes(source, averageName, 1) } : { layers }
}

/** Pairs of convolutions beyond side 4. */
function blockCount(source: TensorSource): number {
  const convolutions = countNumbered(source.names, /^convs\.(\d{1,4})\./)
  const blocks = countNumbered(source.names, /^to_rgbs\.(\d{1,4})\./)
  if (convolutions !== 2 * blocks || blocks > 10)
    throw new CheckpointError(
      `the network has ${convolutions} convolutions (convs) and ${blocks} layers to RGB (to_rgbs), expected two and one ` +
        'for each doubling of the side: is the file whole?',
    )
  return blocks
}

function* modulated(source: TensorSource, prefix: string, canonical: string): Generator<[string, Weight]> {
  const { shape, data } = dropOnes(source, `${prefix}.conv.weight`, 4)
  const [, inputs = 1, height = 1, width = 1] = shape
  const scale = 1 / Math.sqrt(inputs * height * width)
  yield [`${canonical}.weight`, { shape, data: data.map((value) => value * scale) }]
  yield* affine(source, prefix, canonical)
}

/** The scale of these 1 × 1 weights is applied where they are used. */
function* toRgb(source: TensorSource, prefix: string, canonical: string): Generator<[string, Weight]> {
  const weight = dropOnes(source, `${prefix}.conv.weight`, 4)
  if (weight.shape[0] !== 3)
    throw new CheckpointError(`${prefix}.conv.weight gives ${weight.shape[0]} channels: only RGB is supported`)
  yield [`${canonical}.weight`, weight]
  yield [`${canonical}.bias`, { shape: [3], data: source.take(`${prefix}.bias`).data }]
  yield* affine(source, prefix, canonical)
}

function* affine(source: TensorSource, prefix: string, canonical: string): Generator<[string, Weight]> {
  yield [`${canonical}.affine.weight`, source.take(`${prefix}.conv.modulation.weight`)]
  yield [`${canonical}.affine.bias`, source.take(`${prefix}.conv.modulation.bias`)]
}

/** Noise images lie apart from their strengths. Early files have none, and images were made with new noise each time. */
function noiseTensors(
  source: TensorSource,
  prefix: string,
  canonical: string,
  index: number,
  side: number,
  notes: Notes,
): readonly [string, Weight][] {
  const strength = source.take(`${prefix}.noise.weight`)
  const name = `noises.noise_${index}`
  if (source.has(name))
    return [
      [`${canonical}.noise_const`, dropOnes(source, name, 2)],
      [`${canonical}.noise_strength`, strength],
    ]
  notes.add('the file holds no noise images (noises.noise_0, …) for some layers: there, images are made without noise')
  return silence(canonical, side)
}

/** Kernels are kept times 4, the gain of enlarging. */
function filter(source: TensorSource, name: string, notes: Notes): Weight {
  if (source.has(name)) return resampleFilter(name, source.take(name), 1 / 4)
  notes.add('the file holds no filters for some layers: [1, 3, 3, 1] was taken for granted')
  return publishedFilter()
}

/** Without leading axes of length 1, down to `rank` axes. */
function dropOnes(source: TensorSource, name: string, rank: number): Weight {
  const { shape, data } = source.take(name)
  const leading = shape.length - rank
  if (leading < 0 || shape.slice(0, leading).some((length) => length !== 1))
    throw new CheckpointError(`${name} has shape [${shape}], expected ${rank} axes`)
  return { shape: shape.slice(leading), data }
}
