/**
 * The exact ensemble as a graph: all members on all pixels. Members are taken one after another in a loop, and pixels
 * in bands of tiles, so that memory does not grow with the number of members. Large label maps are labelled strip by
 * strip, each with a loop of its own, so that the sums over members are never those of all pixels.
 */
import { constant } from '../onnx/constant.ts'
import { add, cast, relu } from '../onnx/ops/elementwise.ts'
import { concat, reshape, slice, zeros } from '../onnx/ops/layout.ts'
import { matmul } from '../onnx/ops/linear.ts'
import { scan } from '../onnx/scan.ts'
import type { Tensor } from '../onnx/tensor.ts'
import type { Ensemble, EnsembleShape } from './ensemble.ts'
import { foldNormalization } from './foldedEnsemble.ts'
import { pieces } from './interpolationMatrix.ts'
import type { Labeler } from './labeler.ts'
import type { LabelSize } from './labelFrame.ts'
import type { Range } from './sampling.ts'
import { groupTaps, rowsOfGroup, type TapGroup } from './tapGroups.ts'
import { groupRows, layerTerms, projectBand, type TiledTaps, tileTaps } from './tiledProjection.ts'
import { tile, tileBands, tileSize, untile } from './tiles.ts'
import { addMembers, divergence, type EnsembleSums, majorityVote } from './uncertainty.ts'

export interface ExactLabelerOptions {
  readonly size: LabelSize
  /** Members in one turn of the loop. Default 1: more only make the graph larger. */
  readonly membersPerGroup?: number
  /** Label rows that are worked on together. Default: as many as keep a band's first layer below 8 MiB. */
  readonly rowsPerBand?: number
  /** Label rows of a strip. Default: as many as keep its sums below 128 MiB, and at most 512² pixels. */
  readonly rowsPerStrip?: number
}

/** @see tiledProjection.ts for the identity that makes it fast */
export function exactLabeler(ensemble: Ensemble, { size, ...options }: ExactLabelerOptions): Labeler {
  const { members, hidden, parts } = ensemble.shape
  const together = divisorUpTo(members, options.membersPerGroup ?? 1)
  const rows = options.rowsPerBand ?? Math.floor(2 ** 21 / (hidden[0] * size.width))
  const strips = stripsOf(size, options.rowsPerStrip ?? Math.floor(stripPixels(parts) / size.width))
  return (taps, part) => {
    const groups = groupTaps(taps, { size, part })
    const weights = memberWeights(ensemble, groups, together)
    const labelled = strips.map((strip) => {
      const own = strips.length === 1 ? groups : groups.map((group) => rowsOfGroup(group, strip))
      const tiling = tile({ width: size.width, height: strip.end - strip.start })
      const tiled = tileTaps(own, tiling, tileBands(tiling, rows))
      const sums = sumOverMembers(ensemble.shape, weights, tiled, together)
      const labels = concat(
        sums.map((sum) => cast(majorityVote(sum), 'float32')),
        0,
      )
      return {
        labels: cast(untile(tiling, labels), 'uint8'),
        divergence: untile(tiling, concat(sums.map(divergence), 0)),
      }
    })
    return {
      labels: concat(
        labelled.map(({ labels }) => labels),
        0,
      ),
      divergence: concat(
        labelled.map((strip) => strip.divergence),
        0,
      ),
    }
  }
}

/** Pixels whose sums over the members, twice over in the loop, stay below 128 MiB. */
function stripPixels(parts: number): number {
  return Math.min(2 ** 18, 2 ** 25 / (2 * parts + 1))
}

/** Strips of whole tiles. */
function stripsOf({ height }: LabelSize, rowsPerStrip: number): readonly Range[] {
  const tileRows = Math.ceil(height / tileSize.height)
  const strips = pieces(tileRows, Math.max(1, Math.floor(rowsPerStrip / tileSize.height)))
  return strips.map(({ start, end }) => ({
    start: start * tileSize.height,
    end: Math.min(end * tileSize.height, height),
  }))
}

/** What the loop over members takes a slice of in each turn, the same for all strips. */
function memberWeights(ensemble: Ensemble, groups: readonly TapGroup[], together: number): readonly Tensor[] {
  const { shape, ...folded } = foldNormalization(ensemble)
  const { members, features, hidden, parts } = shape
  const [first, second] = hidden
  const loops = members / together
  return [
    constant(folded.bias1, [loops, together, first]),
    constant(folded.weight2, [loops, together, first, second]),
    constant(folded.bias2, [loops, together, second]),
    constant(folded.weight3, [loops, together, second, parts]),
    constant(folded.bias3, [loops, together, parts]),
    ...groups.map((group) =>
      constant(groupRows(folded.weight1, members, features, first, group), [loops, together, group.channels, first]),
    ),
  ]
}

/** @returns the sums over all members, one for each band */
function sumOverMembers(
  { members, parts }: EnsembleShape,
  weights: readonly Tensor[],
  tiled: TiledTaps,
  together: number,
): readonly EnsembleSums[] {
  const { bands } = tiled
  const zero = bands.flatMap(({ pixels }) =>
    [[pixels, parts], [pixels, parts], [pixels]].map((axes) => zeros(axes, 'float32')),
  )
  const { states } = scan({
    label: 'members',
    states: zero,
    scanned: weights,
    body: (before, slices) => {
      let sums = bands.map((_, band) => sumsAt(before, band, members))
      for (let member = 0; member < together; member++) {
        const [bias1, weight2, bias2, weight3, bias3, ...weights1] = slices.map((tensor) => memberOf(tensor, member))
        if (!bias1 || !weight2 || !bias2 || !weight3 || !bias3)
          throw new TypeError('the loop over members lost a weight')
        const terms = layerTerms(tiled, weights1, bias1)
        sums = sums.map((sum, index) => {
          const band = bands[index]
          if (band === undefined) throw new TypeError('the loop over members lost a band')
          const hidden1 = relu(projectBand(band, terms))
          const hidden2 = relu(add(matmul(hidden1, weight2), bias2))
          const logits = add(matmul(hidden2, weight3), bias3)
          return addMembers(reshape(logits, [1, band.pixels, parts]), sum)
        })
      }
      return {
        states: sums.flatMap(({ votes, probabilities, entropies }) => [votes, probabilities, entropies]),
        stacked: [],
      }
    },
  })
  return bands.map((_, band) => sumsAt(states, band, members))
}

/** [together, …] → […] of one member. */
function memberOf(tensor: Tensor, member: number): Tensor {
  const [, ...shape] = tensor.shape
  return reshape(tensor.shape[0] === 1 ? tensor : slice(tensor, [{ axis: 0, start: member, end: member + 1 }]), shape)
}

function sumsAt(states: readonly Tensor[], band: number, members: number): EnsembleSums {
  const [votes, probabilities, entropies] = states.slice(band * 3)
  if (!votes || !probabilities || !entropies) throw new TypeError('the loop over members lost a sum')
  return { members, votes, probabilities, entropies }
}

/** The largest divisor of `value` that is at most `limit`, at least 1. */
function divisorUpTo(value: number, limit: number): number {
  for (let divisor = Math.min(value, limit); divisor > 1; divisor--) if (value % divisor === 0) return divisor
  return 1
}
