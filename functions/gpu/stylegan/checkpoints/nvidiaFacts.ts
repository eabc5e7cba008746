import { Architecture } from '../../../../schemas/generator.ts'
import { architectureOf, mappingLayerCount, resolutionOf } from './canonicalTensors.ts'
import { CheckpointError } from './errors.ts'
import type { ModuleAttributes } from './modules.ts'
import type { Notes } from './notes.ts'
import { checkGains, checkModule, publishedMultiplier } from './nvidiaLayers.ts'
import type { TensorSource } from './tensorSource.ts'

export interface NvidiaFacts {
  readonly architecture: Architecture
  readonly convClamp: number | null
  readonly mappingMultiplier: number
}

/**
 * What the modules of `G_ema` say of how they compute. Everything that this program takes for granted is checked: a
 * network that does anything else is refused, never computed in another way.
 * @throws CheckpointError names the module and what it says
 */
export function nvidiaFacts(
  modules: ReadonlyMap<string, ModuleAttributes>,
  source: TensorSource,
  notes: Notes,
): NvidiaFacts {
  const find = (path: string): ModuleAttributes => {
    const module = modules.get(path)
    if (module === undefined)
      throw new CheckpointError(
        `the network has no module ${path}: is it a StyleGAN2 generator, and is the file whole?`,
      )
    return module
  }
  const resolution = resolutionOf(source)
  checkImage(find(''), find('synthesis'), resolution)
  const sides = Array.from({ length: Math.log2(resolution) - 1 }, (_, index) => 4 * 2 ** index)
  const blocks = sides.map((side) => find(`synthesis.b${side}`))
  const architecture = architectureSaid(blocks, source, notes)
  const limited = blocks.flatMap(({ path }) => {
    const rgb = architecture === 'skip' || path === `synthesis.b${resolution}` ? [find(`${path}.torgb`)] : []
    const convolutions = (path === 'synthesis.b4' ? ['conv1'] : ['conv0', 'conv1']).map((name) =>
      find(`${path}.${name}`),
    )
    for (const layer of convolutions) checkConvolution(layer, source, notes)
    for (const layer of rgb) checkGains(layer, source, notes)
    for (const layer of [...convolutions, ...rgb]) checkGains(find(`${layer.path}.affine`), source, notes)
    if (architecture === 'resnet' && path !== 'synthesis.b4') checkSkip(find(`${path}.skip`), source, notes)
    return [...convolutions, ...rgb]
  })
  if (source.has('mapping.embed.weight')) checkGains(find('mapping.embed'), source, notes)
  const layers = Array.from({ length: mappingLayerCount(source) }, (_, index) => find(`mapping.fc${index}`))
  checkLayerCount(find('mapping'), layers.length)
  return {
    architecture,
    convClamp: uniformClamp(limited, notes),
    mappingMultiplier: multiplierOf(layers, source, notes),
  }
}

function checkImage(network: ModuleAttributes, synthesis: ModuleAttributes, resolution: number): void {
  const channels = [network, synthesis].map((module) => module.number('img_channels') ?? 3).find((said) => said !== 3)
  if (channels !== undefined)
    throw new CheckpointError(
      `the generator makes images of ${channels === 1 ? 'one channel (grayscale)' : `${channels} channels`}: ` +
        'only RGB is supported',
    )
  const said = synthesis.number('img_resolution') ?? resolution
  if (said !== resolution)
    throw new CheckpointError(`the largest synthesis block is b${resolution}, but img_resolution is ${said}`)
  if (network.number('z_dim') === 0)
    throw new CheckpointError(
      'this generator takes no latent (z_dim = 0), so that it makes one image for each class: it is not supported',
    )
}

function architectureSaid(blocks: readonly ModuleAttributes[], source: TensorSource, notes: Notes): Architecture {
  const said = new Set(blocks.map((block) => block.text('architecture')))
  const [only] = said
  if (said.size > 1)
    throw new CheckpointError(`the synthesis blocks have different architectures: ${[...said].join(', ')}`)
  if (only === undefined) {
    const architecture = architectureOf(source)
    notes.add(`the file does not say its architecture: it has the weights of ${architecture}`)
    return architecture
  }
  const known = Architecture.safeParse(only)
  if (!known.success)
    throw new CheckpointError(`architecture ${only.slice(0, 40)} is not known, only ${Architecture.options.join(', ')}`)
  return known.data
}

function checkConvolution(layer: ModuleAttributes, source: TensorSource, notes: Notes): void {
  const up = layer.path.endsWith('conv0') ? 2 : 1
  checkModule(layer, { activation: 'lrelu', up, act_gain: Math.SQRT2 }, notes)
  checkNoise(layer, source)
}

function checkSkip(layer: ModuleAttributes, source: TensorSource, notes: Notes): void {
  checkModule(layer, { activation: 'linear', up: 2, act_gain: 1 }, notes)
  checkGains(layer, source, notes)
  const clamp = layer.numberOrNull('conv_clamp') ?? null
  if (clamp !== null) throw new CheckpointError(`${layer.path} has conv_clamp = ${clamp}: it is not supported there`)
}

function checkNoise(layer: ModuleAttributes, source: TensorSource): void {
  const name = `${layer.path}.noise_const`
  if (layer.flag('use_noise') === true && !source.has(name))
    throw new CheckpointError(`${layer.path} has use_noise = true, but the network has no ${name}: is the file whole?`)
  if (layer.flag('use_noise') === false && source.has(name))
    throw new CheckpointError(`${layer.path} has use_noise = false, but the network has ${name}`)
}

function checkLayerCount(mapping: ModuleAttributes, found: number): void {
  const said = mapping.number('num_layers') ?? found
  if (said !== found)
    throw new CheckpointError(`the mapping network has ${found} layers, but num_layers is ${said}: is the file whole?`)
}

function uniformClamp(layers: readonly ModuleAttributes[], notes: Notes): number | null {
  const said = layers.map((layer) => ({ path: layer.path, clamp: layer.numberOrNull('conv_clamp') }))
  if (said.some(({ clamp }) => clamp === undefined))
    notes.add('the file does not say conv_clamp of all layers: no limit was taken for granted there')
  const [first, ...others] = said
  const clamp = first?.clamp ?? null
  const other = others.find((layer) => (layer.clamp ?? null) !== clamp)
  if (other !== undefined)
    throw new CheckpointError(
      `conv_clamp of ${first?.path} is ${clamp ?? 'None'}, that of ${other.path} ${other.clamp ?? 'None'}: ` +
        'only one limit for all layers is supported',
    )
  return clamp
}

/** All layers share one learning rate multiplier: weight_gain·√inputs, which is also bias_gain. */
function multiplierOf(layers: readonly ModuleAttributes[], source: TensorSource, notes: Notes): number {
  const multiplier = layers[0]?.number('bias_gain') ?? publishedMultiplier
  for (const layer of layers) {
    checkModule(layer, { activation: 'lrelu' }, notes)
    checkGains(layer, source, notes, multiplier)
  }
  return multiplier
}
