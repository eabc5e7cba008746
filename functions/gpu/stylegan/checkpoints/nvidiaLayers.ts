import { CheckpointError } from './errors.ts'
import type { ModuleAttributes } from './modules.ts'
import type { Notes } from './notes.ts'
import type { TensorSource } from './tensorSource.ts'

/** Learning rate multiplier of the mapping network in all published configurations. */
export const publishedMultiplier = 0.01

/** numpy's square roots and ours may differ in the last place, and gains may have been kept as float32. */
const TOLERANCE = 1e-6

/**
 * A layer computes with the attributes that it has; only one value of each is supported.
 * @throws CheckpointError names the layer, the attribute and both values
 */
export function checkModule(
  layer: ModuleAttributes,
  expected: Readonly<Record<string, string | number>>,
  notes: Notes,
): void {
  for (const [key, wanted] of Object.entries(expected)) {
    const said = typeof wanted === 'string' ? layer.text(key) : layer.number(key)
    if (said === undefined) notes.add(`the file does not say ${key} of ${kindOf(layer)}: it was taken for granted`)
    else if (!same(said, wanted))
      throw new CheckpointError(`${layer.path} has ${key} = ${said}, only ${wanted} is supported`)
  }
}

/**
 * Weights are kept without their scale (StyleGAN, "equalized learning rate"): it is multiplier/√inputs, and the
 * multiplier for biases.
 */
export function checkGains(layer: ModuleAttributes, source: TensorSource, notes: Notes, multiplier = 1): void {
  const [, inputs = 1] = source.shape(`${layer.path}.weight`)
  checkModule(layer, { weight_gain: multiplier / Math.sqrt(inputs) }, notes)
  if (/\.(affine|embed|fc\d+)$/.test(layer.path)) checkModule(layer, { bias_gain: multiplier }, notes)
  if (/\.(affine|embed)$/.test(layer.path)) checkModule(layer, { activation: 'linear' }, notes)
}

function same(said: string | number, wanted: string | number): boolean {
  if (typeof said === 'string' || typeof wanted === 'string') return said === wanted
  return Math.abs(said - wanted) <= TOLERANCE * Math.abs(wanted)
}

/** Layers of one kind are noted once: `synthesis.b8.conv0` is a conv0. */
function kindOf({ path }: ModuleAttributes): string {
  return `${path.split('.').at(-1)?.replace(/\d+$/, '')} layers`
}
