/**
 * The ensemble made ready to run: each batch normalization folded into the linear layer behind it, which changes
 * nothing but rounding. What remains of a member is Linear → ReLU → Linear → ReLU → Linear.
 */
import { type Ensemble, type EnsembleShape, ensembleTensor } from './ensemble.ts'

export interface FoldedEnsemble {
  readonly shape: EnsembleShape
  /** [members, features, first] as trained. */
  readonly weight1: Float32Array
  /** [members, first] */
  readonly bias1: Float32Array
  /** [members, first, second] */
  readonly weight2: Float32Array
  /** [members, second] */
  readonly bias2: Float32Array
  /** [members, second, parts] */
  readonly weight3: Float32Array
  /** [members, parts] */
  readonly bias3: Float32Array
}

const epsilon = 1e-5

export function foldNormalization(ensemble: Ensemble): FoldedEnsemble {
  const { shape } = ensemble
  const [first, second] = shape.hidden
  const tensor = (name: string): Float32Array => ensembleTensor(ensemble, name)
  const layer = (number: 2 | 3, inputs: number, outputs: number) =>
    foldInto(tensor(`weight${number}`), tensor(`bias${number}`), shape.members, inputs, outputs, {
      scale: tensor(`scale${number - 1}`),
      shift: tensor(`shift${number - 1}`),
      mean: tensor(`mean${number - 1}`),
      variance: tensor(`variance${number - 1}`),
    })
  const layer2 = layer(2, first, second)
  const layer3 = layer(3, second, shape.parts)
  return {
    shape,
    weight1: tensor('weight1'),
    bias1: tensor('bias1'),
    weight2: layer2.weight,
    bias2: layer2.bias,
    weight3: layer3.weight,
    bias3: layer3.bias,
  }
}

interface Normalization {
  readonly scale: Float32Array
  readonly shift: Float32Array
  readonly mean: Float32Array
  readonly variance: Float32Array
}

/** W·(a·x + c) + b = (W·a)·x + (W·c + b), for every member; summed in float64. */
function foldInto(
  weight: Float32Array,
  bias: Float32Array,
  members: number,
  inputs: number,
  outputs: number,
  { scale, shift, mean, variance }: Normalization,
): { readonly weight: Float32Array; readonly bias: Float32Array } {
  const foldedWeight = new Float32Array(weight.length)
  const foldedBias = new Float32Array(bias.length)
  for (let member = 0; member < members; member++) {
    const sums = Float64Array.from({ length: outputs }, (_, output) => bias[member * outputs + output] ?? 0)
    for (let row = 0; row < inputs; row++) {
      const place = member * inputs + row
      const factor = (scale[place] ?? 0) / Math.sqrt((variance[place] ?? 0) + epsilon)
      const offset = (shift[place] ?? 0) - (mean[place] ?? 0) * factor
      for (let output = 0; output < outputs; output++) {
        const value = weight[place * outputs + output] ?? 0
        foldedWeight[place * outputs + output] = value * factor
        sums[output] = (sums[output] ?? 0) + value * offset
      }
    }
    foldedBias.set(sums, member * outputs)
  }
  return { weight: foldedWeight, bias: foldedBias }
}
