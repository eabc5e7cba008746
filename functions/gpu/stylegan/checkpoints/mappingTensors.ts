import type { Weight } from '../weights.ts'
import { averagedLatents, averageStyle } from './averageStyle.ts'
import { foldClass } from './classCondition.ts'
import { CheckpointError } from './errors.ts'
import type { MappingLayer } from './mappingLayer.ts'
import type { Notes } from './notes.ts'
import type { TensorSource } from './tensorSource.ts'

export interface MappingNetwork {
  readonly layers: readonly MappingLayer[]
  /** [styleLength]; absent where the file holds none. */
  readonly average?: Weight
}

/**
 * The mapping network under its canonical names. An average that is missing is computed.
 * @param multiplier the layers' learning rate multiplier
 */
export function mappingTensors({ layers, average }: MappingNetwork, multiplier: number, notes: Notes) {
  if (average === undefined)
    notes.add(`the file holds no average style: it was computed from ${averagedLatents} latents`)
  const tensors = new Map<string, Weight>()
  for (const [index, { weight, bias }] of layers.entries()) {
    tensors.set(`mapping.fc${index}.weight`, weight)
    tensors.set(`mapping.fc${index}.bias`, bias)
  }
  return tensors.set('mapping.w_avg', average ?? averageStyle(layers, multiplier))
}

/** The layers of an unconditional network: of a conditional one, for one class. */
export function withoutClasses(
  source: TensorSource,
  layers: readonly MappingLayer[],
  classIndex: number | undefined,
  notes: Notes,
): readonly MappingLayer[] {
  const [first, ...others] = layers
  if (first === undefined || !source.has('mapping.embed.weight')) {
    refuseClass(classIndex)
    return layers
  }
  const embed = { weight: source.take('mapping.embed.weight'), bias: source.take('mapping.embed.bias') }
  const folded = foldClass(first, embed, classIndex)
  notes.add(
    `the generator makes class ${classIndex} of ${embed.weight.shape[1]} only; its average style is that of all`,
  )
  return [folded, ...others]
}

/** @throws CheckpointError where a class is named, for a network that has none */
export function refuseClass(classIndex: number | undefined): void {
  if (classIndex !== undefined)
    throw new CheckpointError(`this generator is not conditional, it has no class ${classIndex}: leave the class out`)
}
