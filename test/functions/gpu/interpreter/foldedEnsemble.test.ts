import { expect, test } from 'vitest'
import { type Ensemble, ensembleTensor } from '../../../../functions/gpu/interpreter/ensemble.ts'
import { foldNormalization } from '../../../../functions/gpu/interpreter/foldedEnsemble.ts'
import { createRandom } from '../../../../functions/gpu/random.ts'
import { closeTo } from '../../../support/close.ts'
import { randomEnsemble } from './tinyGenerator.ts'

const shape = { members: 3, features: 7, hidden: [6, 5], parts: 4 } as const
const ensemble = randomEnsemble(shape, 4)

/** The member's rows of a tensor that has as many numbers for each. */
function ofMember(data: Float32Array, member: number): readonly number[] {
  const length = data.length / shape.members
  return Array.from(data.subarray(member * length, (member + 1) * length))
}

/** x·W + b with W [inputs, outputs] row-major. */
function linear(x: readonly number[], weight: readonly number[], bias: readonly number[]): readonly number[] {
  return bias.map((start, output) =>
    x.reduce((sum, value, row) => sum + value * (weight[row * bias.length + output] ?? Number.NaN), start),
  )
}

const rectified = (x: readonly number[]): readonly number[] => x.map((value) => Math.max(0, value))

/** Linear → ReLU → BatchNorm → Linear → ReLU → BatchNorm → Linear, as defined, in float64. */
function unfolded(from: Ensemble, member: number, x: readonly number[]): readonly number[] {
  const tensor = (name: string): readonly number[] => ofMember(ensembleTensor(from, name), member)
  const normalized = (values: readonly number[], layer: 1 | 2): readonly number[] => {
    const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((name) =>
      tensor(`${name}${layer}`),
    )
    return values.map(
      (value, place) =>
        ((value - (mean?.[place] ?? Number.NaN)) / Math.sqrt((variance?.[place] ?? Number.NaN) + 1e-5)) *
          (scale?.[place] ?? Number.NaN) +
        (shift?.[place] ?? Number.NaN),
    )
  }
  const hidden1 = normalized(rectified(linear(x, tensor('weight1'), tensor('bias1'))), 1)
  const hidden2 = normalized(rectified(linear(hidden1, tensor('weight2'), tensor('bias2'))), 2)
  return linear(hidden2, tensor('weight3'), tensor('bias3'))
}

test('a folded member gives the logits of the member with its normalizations', () => {
  const folded = foldNormalization(ensemble)
  const random = createRandom(1, 'folding')
  for (let member = 0; member < shape.members; member++) {
    const x = Array.from({ length: shape.features }, () => random.normal())
    const own = (data: Float32Array): readonly number[] => ofMember(data, member)
    const hidden1 = rectified(linear(x, own(folded.weight1), own(folded.bias1)))
    const hidden2 = rectified(linear(hidden1, own(folded.weight2), own(folded.bias2)))
    const logits = linear(hidden2, own(folded.weight3), own(folded.bias3))
    closeTo(logits, unfolded(ensemble, member, x), { absolute: 1e-5, relative: 1e-5 })
  }
})

test('folding leaves the ensemble as it was', () => {
  const before = new Map([...ensemble.tensors].map(([name, data]) => [name, data.slice()]))
  foldNormalization(ensemble)
  expect(ensemble.tensors).toEqual(before)
})
