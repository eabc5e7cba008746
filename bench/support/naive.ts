/**
 * The published construction as a graph: every tap enlarged to the label map's size, all channels of a pixel put
 * together, one classifier after another over all pixels. It is what the factory graph is measured against.
 *
 * Pixels are taken in bands of rows: all features of 512² pixels twice over (enlarged, then joined) would take 11.5 GB.
 * Channels stay the first axis, which spares the transposition of all features that the published code makes. Where even
 * the enlarged taps are too many (23 GB for 1024²), only the first rows of the image are labelled.
 */
import {
  type Ensemble,
  ensembleTensor,
  parameterShapes,
  statisticShapes,
} from '../../functions/gpu/interpreter/ensemble.ts'
import { pieces } from '../../functions/gpu/interpreter/interpolationMatrix.ts'
import type { Labeler } from '../../functions/gpu/interpreter/labeler.ts'
import type { LabelSize } from '../../functions/gpu/interpreter/labelFrame.ts'
import { addMembers, divergence, majorityVote } from '../../functions/gpu/interpreter/uncertainty.ts'
import { constant } from '../../functions/gpu/onnx/constant.ts'
import { add, relu } from '../../functions/gpu/onnx/ops/elementwise.ts'
import { concat, reshape, slice, transpose, transposeMatrix } from '../../functions/gpu/onnx/ops/layout.ts'
import { matmul } from '../../functions/gpu/onnx/ops/linear.ts'
import { batchNormInference } from '../../functions/gpu/onnx/ops/normalization.ts'
import { bilinearResize } from '../../functions/gpu/onnx/ops/resize.ts'
import { knownLength } from '../../functions/gpu/onnx/shape.ts'
import type { Tensor } from '../../functions/gpu/onnx/tensor.ts'

/**
 * Members in full, one after another, normalizations as they were trained.
 * @param size of what is labelled
 * @param share of the image's rows that this is, 1/2ⁿ
 */
export function naiveLabeler(ensemble: Ensemble, size: LabelSize, share = 1, rowsPerBand = 64): Labeler {
  const { members, features, parts } = ensemble.shape
  return (taps) => {
    const enlarged = taps.map((tap) => bilinearResize(firstRows(tap, share), [size.height, size.width]))
    const bands = pieces(size.height, rowsPerBand).map(({ start, end }) => {
      const pixels = (end - start) * size.width
      const joined = concat(
        enlarged.map((map) => slice(map, [{ axis: 2, start, end }])),
        1,
      )
      const band = reshape(joined, [features, pixels])
      const logits = Array.from({ length: members }, (_, member) => memberLogits(ensemble, member, band))
      const sums = addMembers(
        concat(
          logits.map((tensor) => reshape(tensor, [1, pixels, parts])),
          0,
        ),
      )
      return { labels: majorityVote(sums), divergence: divergence(sums) }
    })
    return {
      labels: concat(
        bands.map(({ labels }) => labels),
        0,
      ),
      divergence: concat(
        bands.map(({ divergence: values }) => values),
        0,
      ),
    }
  }
}

/** A tap's first rows, at least one. */
function firstRows(tap: Tensor, share: number): Tensor {
  const rows = Math.max(1, knownLength(tap, 2, 'naive') * share)
  return share === 1 ? tap : slice(tap, [{ axis: 2, start: 0, end: rows }])
}

/** @param features [D, pixels] @returns [pixels, parts] */
function memberLogits(ensemble: Ensemble, member: number, features: Tensor): Tensor {
  const shapes: Readonly<Record<string, readonly number[]>> = {
    ...parameterShapes(ensemble.shape),
    ...statisticShapes(ensemble.shape),
  }
  const tensor = (name: string): Tensor => {
    const [, ...shape] = shapes[name] ?? []
    const length = shape.reduce((product, axis) => product * axis, 1)
    return constant(ensembleTensor(ensemble, name).slice(member * length, (member + 1) * length), shape)
  }
  const column = (name: string): Tensor => transposeMatrix(tensor(name))
  const layer = (x: Tensor, number: 1 | 2): Tensor =>
    batchNormInference(
      relu(add(matmul(column(`weight${number}`), x), column(`bias${number}`))),
      column(`scale${number}`),
      column(`shift${number}`),
      { mean: column(`mean${number}`), variance: column(`variance${number}`) },
    )
  const logits = add(matmul(column('weight3'), layer(layer(features, 1), 2)), column('bias3'))
  return transpose(logits, [1, 0])
}
