import { GeneratorError } from './errors.ts'
import type { GeneratorWeights } from './weights.ts'

/**
 * Every layer must be there and take what the one before it gives; otherwise the graph would fail far from the cause.
 * @throws GeneratorError names the first weight that is missing or of another shape
 */
export function checkWidths(weights: GeneratorWeights): void {
  checkMapping(weights)
  const { architecture } = weights.facts
  let [channels = 0] = expectShape(weights, 'synthesis.b4.const', ['any', 4, 4])
  for (const side of weights.blocks) {
    const block = `synthesis.b${side}`
    const before = channels
    for (const layer of side === 4 ? ['conv1'] : ['conv0', 'conv1'])
      channels = checkStyledConvolution(weights, `${block}.${layer}`, side, channels)
    if (architecture === 'resnet' && side > 4) expectShape(weights, `${block}.skip.weight`, [channels, before, 1, 1])
    if (side > 4) checkFilters(weights, block)
    if (architecture === 'skip' || side === weights.resolution) {
      expectShape(weights, `${block}.torgb.weight`, [3, channels, 1, 1])
      expectShape(weights, `${block}.torgb.bias`, [3])
      expectShape(weights, `${block}.torgb.affine.weight`, [channels, weights.styleLength])
      expectShape(weights, `${block}.torgb.affine.bias`, [channels])
    }
  }
}

function checkMapping(weights: GeneratorWeights): void {
  expectShape(weights, 'mapping.w_avg', [weights.styleLength])
  let width = weights.latentLength
  for (let layer = 0; layer < weights.mappingLayers; layer++) {
    ;[width = 0] = expectShape(weights, `mapping.fc${layer}.weight`, ['any', width])
    expectShape(weights, `mapping.fc${layer}.bias`, [width])
  }
  if (width !== weights.styleLength)
    throw new GeneratorError(
      `mapping.fc${weights.mappingLayers - 1}.weight gives ${width} numbers, mapping.w_avg has ${weights.styleLength}: is a layer missing?`,
    )
}

/** @returns the channels that the layer gives */
function checkStyledConvolution(weights: GeneratorWeights, prefix: string, side: number, channels: number): number {
  expectShape(weights, `${prefix}.affine.weight`, [channels, weights.styleLength])
  expectShape(weights, `${prefix}.affine.bias`, [channels])
  const [outputs = 0] = expectShape(weights, `${prefix}.weight`, ['any', channels, 3, 3])
  expectShape(weights, `${prefix}.bias`, [outputs])
  expectShape(weights, `${prefix}.noise_const`, [side, side])
  const strength = weights.get(`${prefix}.noise_strength`)
  if (strength.data.length !== 1)
    throw new GeneratorError(`${prefix}.noise_strength has shape [${strength.shape}], expected a single number`)
  return outputs
}

/** Layers that double the side read a filter of their own or the block's. */
function checkFilters(weights: GeneratorWeights, block: string): void {
  const { architecture } = weights.facts
  const own = architecture === 'resnet' ? [`${block}.conv0`, `${block}.skip`] : [`${block}.conv0`]
  const shared = architecture === 'skip' || own.some((prefix) => !weights.has(`${prefix}.resample_filter`))
  for (const prefix of shared ? [...own, block] : own) {
    const name = `${prefix}.resample_filter`
    if (weights.has(name) || prefix === block) expectShape(weights, name, [4, 4])
  }
}

function expectShape(weights: GeneratorWeights, name: string, shape: readonly (number | 'any')[]): readonly number[] {
  const found = weights.get(name).shape
  const fits =
    found.length === shape.length && found.every((length, axis) => shape[axis] === 'any' || shape[axis] === length)
  if (!fits) throw new GeneratorError(`${name} has shape [${found}], expected [${shape}]`)
  return found
}
