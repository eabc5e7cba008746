import { pixelCrossEntropy } from '../../../../../functions/gpu/onnx/ops/pixelCrossEntropy.ts'
import { at, type NdArray, scalar } from '../../../../support/reference/ndArray.ts'
import { logSoftmax } from '../../../../support/reference/reductions.ts'
import { numbers, type OpCase, whole } from './opCase.ts'

const shape = [2, 3, 2, 4]
const labels = [0, 1, 2, 2, 1, 0, 1, 1, 2, 2, 2, 0, 1, 2, 0, 0]

export const pixelCrossEntropyCases: readonly OpCase[] = [
  ...(['int32', 'uint8', 'int64'] as const).map(
    (dtype): OpCase => ({
      name: `pixelCrossEntropy with ${dtype} labels`,
      inputs: [numbers(1200, shape, -4, 4), whole(dtype, [2, 2, 4], labels)],
      graph: (logits, classes) => pixelCrossEntropy(logits, classes),
      reference: (logits, classes) => weightedMean(logits, classes, () => 1),
    }),
  ),
  {
    name: 'pixelCrossEntropy without the pixels of one class',
    inputs: [numbers(1201, shape), whole('int32', [2, 2, 4], labels)],
    graph: (logits, classes) => pixelCrossEntropy(logits, classes, { ignoredLabel: 1 }),
    reference: (logits, classes) => weightedMean(logits, classes, (label) => (label === 1 ? 0 : 1)),
  },
  {
    name: 'pixelCrossEntropy without labels that are no classes',
    inputs: [numbers(1202, shape), whole('int32', [2, 2, 4], labels.with(0, 255).with(5, -1).with(9, 3))],
    graph: (logits, classes) => pixelCrossEntropy(logits, classes, { ignoredLabel: 255 }),
    reference: (logits, classes) => weightedMean(logits, classes, (label) => (label < 0 || label > 2 ? 0 : 1)),
  },
  {
    name: 'pixelCrossEntropy with class weights and an ignored label, differentiated for both',
    inputs: [numbers(1203, shape), whole('int32', [2, 2, 4], labels.with(3, 255)), numbers(1204, [3], 0.5, 3)],
    graph: (logits, classes, classWeights) => pixelCrossEntropy(logits, classes, { ignoredLabel: 255, classWeights }),
    reference: (logits, classes, weights) =>
      weightedMean(logits, classes, (label) => (label === 255 ? 0 : at(weights, [label]))),
  },
  {
    name: 'pixelCrossEntropy of large logits',
    inputs: [numbers(1205, shape, -200, 200), whole('int32', [2, 2, 4], labels)],
    graph: (logits, classes) => pixelCrossEntropy(logits, classes),
    reference: (logits, classes) => weightedMean(logits, classes, () => 1),
  },
  {
    name: 'pixelCrossEntropy where no pixel counts',
    inputs: [numbers(1206, [1, 2, 1, 2]), whole('int32', [1, 1, 2], [255, 255])],
    graph: (logits, classes) => pixelCrossEntropy(logits, classes, { ignoredLabel: 255 }),
    reference: () => scalar(0),
  },
]

/** Σ w·(−log softmax) / Σ w over pixels, w by their label. */
function weightedMean(logits: NdArray, labels: NdArray, weightOf: (label: number) => number): NdArray {
  const logarithms = logSoftmax(logits, 1)
  const [batch = 0, , height = 0, width = 0] = logits.shape
  let [sum, total] = [0, 0]
  for (let image = 0; image < batch; image += 1)
    for (let row = 0; row < height; row += 1)
      for (let column = 0; column < width; column += 1) {
        const label = at(labels, [image, row, column])
        const weight = weightOf(label)
        if (weight === 0) continue
        sum -= weight * at(logarithms, [image, label, row, column])
        total += weight
      }
  return scalar(sum / total)
}
