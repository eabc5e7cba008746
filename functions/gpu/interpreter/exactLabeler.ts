/**
 * The exact ensemble as a graph: all members on all pixels. Members are taken in groups, one group after another in a
 * loop, and pixels in bands of rows, so that memory does not grow with the number of members.
 */
import { constant, filled } from '../onnx/constant.ts'
import { add, relu } from '../onnx/ops/elementwise.ts'
import { concat, reshape, transposeMatrix } from '../onnx/ops/layout.ts'
import { matmul } from '../onnx/ops/linear.ts'
import { scan } from '../onnx/scan.ts'
import type { Tensor } from '../onnx/tensor.ts'
import type { Ensemble } from './ensemble.ts'
import { type FoldedEnsemble, foldNormalization } from './foldedEnsemble.ts'
import { pieces } from './interpolationMatrix.ts'
import type { Labeler } from './labeler.ts'
import type { LabelSize } from './pixelFeatures.ts'
import { groupTaps, groupWeight, projectTaps, type TapGroup } from './projection.ts'
import { addMembers, divergence, type EnsembleSums, majorityVote } from './uncertainty.ts'

export interface ExactLabelerOptions {
  readonly size: LabelSize
  /** Members that are worked on together. Default: as many as keep the largest map below 64 MiB. */
  readonly membersPerGroup?: number
  /** Label rows that are worked on together. Default: as many as keep a band's activations below 4 MiB. */
  readonly rowsPerBand?: number
}

/** @see projection.ts for the identity that makes it fast */
export function exactLabeler(ensemble: Ensemble, { size, ...options }: ExactLabelerOptions): Labeler {
  const { members, hidden } = ensemble.shape
  const together = divisorUpTo(members, options.membersPerGroup ?? Math.floor(2 ** 24 / (size.width * size.height * hidden[0])))
  const rows = options.rowsPerBand ?? Math.max(4, Math.floor(2 ** 20 / (together * hidden[0] * size.width)))
  const folded = foldNormalization(ensemble)
  return (taps) => {
    const groups = groupTaps(taps, size)
    const sums = sumOverMembers(folded, groups, size, together, rows)
    return {
      labels: concat(sums.map(majorityVote), 0),
      divergence: concat(sums.map(divergence), 0),
    }
  }
}

/** @returns the sums over all members, one for each band */
function sumOverMembers(
  folded: FoldedEnsemble,
  groups: readonly TapGroup[],
  size: LabelSize,
  together: number,
  rows: number,
): readonly EnsembleSums[] {
  const { members, features, hidden, parts } = folded.shape
  const [first, second] = hidden
  const loops = members / together
  const bands = pieces(size.height, rows)
  const pixels = bands.map(({ start, end }) => (end - start) * size.width)
  const zero = pixels.flatMap((count) => [filled(0, [count, parts]), filled(0, [count, parts]), filled(0, [count])])
  const { states } = scan({
    label: 'members',
    states: zero,
    scanned: [
      ...groups.map((group) =>
        constant(groupWeight(folded.weight1, members, features, first, group), [loops, together * first, group.channels]),
      ),
      constant(folded.bias1, [loops, together * first, 1]),
      constant(transposed(folded.weight2, members, first, second), [loops, together, second, first]),
      constant(folded.bias2, [loops, together, second, 1]),
      constant(folded.weight3, [loops, together, second, parts]),
      constant(folded.bias3, [loops, together, 1, parts]),
    ],
    body: (before, slices) => {
      const weights1 = slices.slice(0, groups.length)
      const [bias1, weight2, bias2, weight3, bias3] = slices.slice(groups.length)
      if (!bias1 || !weight2 || !bias2 || !weight3 || !bias3) throw new TypeError('the loop over members lost a weight')
      const next = projectTaps(groups, weights1, bias1, size, rows).flatMap(({ hidden: projected }, band) => {
        const count = pixels[band] ?? 0
        const hidden1 = reshape(relu(projected), [together, first, count])
        const hidden2 = relu(add(matmul(weight2, hidden1), bias2))
        const logits = add(matmul(transposeMatrix(hidden2), weight3), bias3)
        const sums = addMembers(logits, sumsAt(before, band, members))
        return [sums.votes, sums.probabilities, sums.entropies]
      })
      return { states: next, stacked: [] }
    },
  })
  return bands.map((_, band) => sumsAt(states, band, members))
}

function sumsAt(states: readonly Tensor[], band: number, members: number): EnsembleSums {
  const [votes, probabilities, entropies] = states.slice(band * 3)
  if (!votes || !probabilities || !entropies) throw new TypeError('the loop over members lost a sum')
  return { members, votes, probabilities, entropies }
}

/** [members, rows, columns] → [members, columns, rows]. */
function transposed(data: Float32Array, members: number, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length)
  for (let member = 0; member < members; member++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        result[(member * columns + column) * rows + row] = data[(member * rows + row) * columns + column] ?? 0
  return result
}

/** The largest divisor of `value` that is at most `limit`, at least 1. */
function divisorUpTo(value: number, limit: number): number {
  for (let divisor = Math.min(value, limit); divisor > 1; divisor--) if (value % divisor === 0) return divisor
  return 1
}
