import * as ops from '../../../../../functions/gpu/onnx/ops/softmax.ts'
import { mul, neg } from '../../../../support/reference/elementwise.ts'
import { at, type NdArray, tabulate } from '../../../../support/reference/ndArray.ts'
import * as exact from '../../../../support/reference/reductions.ts'
import { float, numbers, type OpCase, whole } from './opCase.ts'

const probabilities = float([2, 3, 4], [...exact.softmax(numbers(800, [2, 3, 4]).array, -1).data])
const labels = [3, 0, 1, 1, 2, 0]

export const softmaxCases: readonly OpCase[] = [
  {
    name: 'softmax along the last axis',
    inputs: [numbers(801, [2, 5])],
    graph: (x) => ops.softmax(x),
    reference: (x) => exact.softmax(x, -1),
  },
  {
    name: 'softmax along a middle axis',
    inputs: [numbers(802, [2, 3, 4])],
    graph: (x) => ops.softmax(x, 1),
    reference: (x) => exact.softmax(x, 1),
  },
  {
    name: 'logSoftmax along the last axis',
    inputs: [numbers(803, [2, 5])],
    graph: (x) => ops.logSoftmax(x),
    reference: (x) => exact.logSoftmax(x, -1),
  },
  {
    name: 'logSoftmax along the first axis',
    inputs: [numbers(804, [3, 4])],
    graph: (x) => ops.logSoftmax(x, 0),
    reference: (x) => exact.logSoftmax(x, 0),
  },
  ...(['int32', 'int64', 'uint8'] as const).map(
    (dtype): OpCase => ({
      name: `oneHot of ${dtype}`,
      inputs: [whole(dtype, [2, 2], [0, 3, 1, 3])],
      graph: (indices) => ops.oneHot(indices, 5),
      reference: (indices) => tabulate([2, 2, 5], (index) => Number(at(indices, index.slice(0, 2)) === index[2])),
    }),
  ),
  ...(['int32', 'int64', 'uint8'] as const).map(
    (dtype): OpCase => ({
      name: `softmaxCrossEntropy with ${dtype} classes`,
      inputs: [numbers(805, [2, 3, 4]), whole(dtype, [2, 3], labels)],
      graph: (logits, targets) => ops.softmaxCrossEntropy(logits, targets),
      reference: (logits, targets) => exact.crossEntropy(logits, targets),
    }),
  ),
  {
    name: 'softmaxCrossEntropy with probabilities, differentiated for both',
    inputs: [numbers(806, [2, 3, 4]), probabilities],
    graph: (logits, targets) => ops.softmaxCrossEntropy(logits, targets),
    reference: (logits, targets) => withProbabilities(logits, targets),
  },
  {
    name: 'softmaxCrossEntropy with targets that do not add up to 1',
    inputs: [numbers(807, [3, 4]), numbers(808, [3, 4], 0, 2)],
    graph: (logits, targets) => ops.softmaxCrossEntropy(logits, targets),
    reference: (logits, targets) => withProbabilities(logits, targets),
  },
  {
    name: 'meanSoftmaxCrossEntropy of a batch for each of three members',
    inputs: [numbers(809, [3, 2, 4]), whole('int32', [3, 2], labels)],
    graph: (logits, targets) => ops.meanSoftmaxCrossEntropy(logits, targets),
    reference: (logits, targets) => exact.mean(exact.crossEntropy(logits, targets)),
  },
]

function withProbabilities(logits: NdArray, targets: NdArray): NdArray {
  return neg(exact.sum(mul(targets, exact.logSoftmax(logits, -1)), [-1]))
}
