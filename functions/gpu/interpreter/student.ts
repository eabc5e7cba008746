/**
 * The student: one small classifier, distilled from the ensemble, that predicts the ensemble's mean probabilities and
 * its divergence. It has a member's architecture, narrower, and one more output.
 */
import { constant } from '../onnx/constant.ts'
import { add, cast, minimum, mul, relu, sigmoid } from '../onnx/ops/elementwise.ts'
import { concat, reshape, slice, transposeMatrix } from '../onnx/ops/layout.ts'
import { matmul } from '../onnx/ops/linear.ts'
import { argMax } from '../onnx/ops/reduce.ts'
import { knownLength } from '../onnx/shape.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { type Ensemble, type EnsembleShape, InterpreterError } from './ensemble.ts'
import { foldNormalization } from './foldedEnsemble.ts'
import type { Labeler } from './labeler.ts'
import type { LabelSize } from './labelFrame.ts'
import { groupWeight, projectTaps } from './projection.ts'
import { groupTaps } from './tapGroups.ts'

/** One member with `parts + 1` outputs: a logit for each part, and one for the divergence. */
export type Student = Ensemble

/** Widths of the student's hidden layers: enough to follow ten members, small beside the generator. */
export const studentWidths: readonly [number, number] = [48, 32]

export function studentShape(
  ensemble: EnsembleShape,
  hidden: readonly [number, number] = studentWidths,
): EnsembleShape {
  return { members: 1, features: ensemble.features, hidden, parts: ensemble.parts + 1 }
}

/** Divergence cannot exceed this many nats: ln of the number of members, or of parts where they are fewer. */
export function largestDivergence(members: number, parts: number): number {
  return Math.log(Math.max(2, Math.min(members, parts)))
}

export interface StudentOutputs {
  /** [..., parts] */
  readonly logits: Tensor
  /** [..., 1] share of the largest possible divergence, 0..1. */
  readonly divergence: Tensor
}

/** Takes a student's raw outputs [..., parts + 1] apart. */
export function studentOutputs(raw: Tensor): StudentOutputs {
  const axis = raw.shape.length - 1
  const parts = knownLength(raw, axis, 'studentOutputs') - 1
  return {
    logits: slice(raw, [{ axis, start: 0, end: parts }]),
    divergence: sigmoid(slice(raw, [{ axis, start: parts, end: parts + 1 }])),
  }
}

export interface StudentLabelerOptions {
  readonly size: LabelSize
  /** Members of the ensemble that it was distilled from: scales the divergence. */
  readonly members: number
  /** Label rows that are worked on together. Default: at most 48, and as many as keep a band's activations below 4 MiB. */
  readonly rowsPerBand?: number
}

/** Higher bands multiply by more zeros of the interpolation: at 128² bands of 43 rows took 6 % less than one of 128. */
const largestBand = 48

/** Labels with the student. The label is the part with the largest predicted mean probability. */
export function studentLabeler(student: Student, { size, members, rowsPerBand }: StudentLabelerOptions): Labeler {
  const { shape } = student
  if (shape.members !== 1) throw new InterpreterError(`a student is one classifier, this file holds ${shape.members}`)
  const [first, second] = shape.hidden
  const folded = foldNormalization(student)
  const rows = rowsPerBand ?? Math.max(8, Math.min(largestBand, Math.floor(2 ** 20 / (first * size.width))))
  const most = largestDivergence(members, shape.parts - 1)
  return (taps, part) => {
    const groups = groupTaps(taps, { size, part })
    const weights = groups.map((group) => constant(groupWeight(folded.weight1, first, group), [first, group.channels]))
    const weight2 = transposeMatrix(constant(folded.weight2, [first, second]))
    const weight3 = constant(folded.weight3, [second, shape.parts])
    const bands = projectTaps(groups, weights, constant(folded.bias1, [first, 1]), size, rows).map(
      ({ start, end, hidden }) => {
        const pixels = (end - start) * size.width
        const hidden1 = reshape(relu(hidden), [first, pixels])
        const hidden2 = relu(add(matmul(weight2, hidden1), constant(folded.bias2, [second, 1])))
        const raw = add(matmul(transposeMatrix(hidden2), weight3), constant(folded.bias3, [1, shape.parts]))
        const { logits, divergence } = studentOutputs(raw)
        return {
          labels: cast(argMax(logits, 1), 'uint8'),
          divergence: minimum(mul(reshape(divergence, [pixels]), most), most),
        }
      },
    )
    return {
      labels: concat(
        bands.map(({ labels }) => labels),
        0,
      ),
      divergence: concat(
        bands.map(({ divergence }) => divergence),
        0,
      ),
    }
  }
}
