/** The combined loss through a tiny segmentation network, differentiated in the graph and by central differences in float64. */
import { afterAll, expect, test } from 'vitest'
import { gradients } from '../../../../../functions/gpu/onnx/autodiff.ts'
import { openEngine } from '../../../../../functions/gpu/onnx/engine.ts'
import { float32, type HostTensor, int32 } from '../../../../../functions/gpu/onnx/hostTensor.ts'
import { convolution } from '../../../../../functions/gpu/onnx/ops/convolution.ts'
import { input, type Tensor } from '../../../../../functions/gpu/onnx/tensor.ts'
import { createRandom } from '../../../../../functions/gpu/random.ts'
import { discriminatorParameters } from '../../../../../functions/gpu/segmenter/semiSupervised/discriminator.ts'
import { s4ganLosses } from '../../../../../functions/gpu/segmenter/semiSupervised/s4ganLoss.ts'
import { closeTo } from '../../../../support/close.ts'
import { leakyRelu, mul, sigmoid, sub } from '../../../../support/reference/elementwise.ts'
import { finiteDifferences } from '../../../../support/reference/finiteDifferences.ts'
import { concat } from '../../../../support/reference/layout.ts'
import { at, indicesOf, type NdArray, ndArray, sizeOf, tabulate } from '../../../../support/reference/ndArray.ts'
import { argMax, logSoftmax, mean, softmax } from '../../../../support/reference/reductions.ts'
import { conv2d } from '../../../../support/reference/spatial.ts'
import { evaluate } from '../../onnx/evaluate.ts'

const engine = openEngine({ device: 'cpu', threads: 1 })
afterAll(() => engine.close())

const [classes, height, width] = [3, 16, 16]
const shape = discriminatorParameters({ classes, width: 1 })
const weights = { featureMatching: 0.7, selfTraining: 0.9, scoreThreshold: 0.5 }
const classWeights = [0.5, 1, 1.5]

function normal(name: string, lengths: readonly number[], scale: number): NdArray {
  const random = createRandom(5, `test.${name}`)
  return ndArray(
    lengths,
    Float32Array.from({ length: sizeOf(lengths) }, () => random.normal() * scale),
  )
}

const arrays = {
  kernel: normal('kernel', [classes, 3, 2, 2], 0.5),
  images: normal('images', [2, 3, height, width], 1),
  unlabelled: normal('unlabelled', [3, 3, height, width], 1),
}
const parameters: Readonly<Record<string, NdArray>> = Object.fromEntries(
  Object.entries(shape).map(([name, lengths]) => [name, normal(name, lengths, lengths.length > 1 ? 0.4 : 0.1)]),
)
const labels = tabulate([2, height, width], ([image = 0, y = 0, x = 0]) =>
  y < 2 ? 255 : (image + x + (y >> 2)) % classes,
)
const margins = tabulate([3, height, width], ([image = 0, , x = 0]) => (image === 1 && x > 11 ? 255 : 0))

const graphInputs = Object.fromEntries(
  Object.entries({ ...arrays, ...parameters }).map(([name, array]) => [name, input(name, 'float32', array.shape)]),
)
const feeds: Readonly<Record<string, HostTensor>> = {
  ...Object.fromEntries(
    Object.entries({ ...arrays, ...parameters }).map(([name, { shape: lengths, data }]) => [
      name,
      float32(Float32Array.from(data), lengths),
    ]),
  ),
  labels: int32([...labels.data], labels.shape),
  margins: int32([...margins.data], margins.shape),
  classWeights: float32(Float32Array.from(classWeights)),
}

function of(name: string): Tensor {
  const tensor = graphInputs[name]
  if (tensor === undefined) throw new TypeError(`no ${name}`)
  return tensor
}

function graphLosses() {
  const segmented = (images: string, known: string, { shape: lengths }: NdArray) => ({
    images: of(images),
    logits: convolution(of(images), of('kernel'), undefined, { pads: [1, 1, 0, 0] }),
    labels: input(known, 'int32', lengths),
  })
  return s4ganLosses(
    segmented('images', 'labels', labels),
    segmented('unlabelled', 'margins', margins),
    Object.fromEntries(Object.keys(shape).map((name) => [name, of(name)])),
    input('classWeights', 'float32', [classes]),
    weights,
  )
}

function judge(pairs: NdArray, own: Readonly<Record<string, NdArray>>) {
  const tensor = (name: string): NdArray => own[name] ?? ndArray([0], [])
  const maps = ['conv1', 'conv2', 'conv3', 'conv4'].reduce(
    (x, name) =>
      leakyRelu(
        conv2d(x, tensor(`${name}.weight`), { strides: [2, 2], pads: [1, 1, 1, 1], bias: tensor(`${name}.bias`) }),
        0.2,
      ),
    pairs,
  )
  const features = mean(maps, [2, 3])
  const logits = tabulate([features.shape[0] ?? 0], ([image = 0]) =>
    [...indicesOf([features.shape[1] ?? 0])].reduce(
      (sum, [channel = 0]) => sum + at(features, [image, channel]) * at(tensor('fc.weight'), [0, channel]),
      at(tensor('fc.bias'), [0]),
    ),
  )
  return { features, logits }
}

/** Σ w·(−log softmax) / Σ w over the pixels that have a label; 0 where there is none. */
function crossEntropy(logits: NdArray, known: NdArray, weightOf: (label: number) => number): number {
  const logarithms = logSoftmax(logits, 1)
  let [sum, total] = [0, 0]
  for (const [image = 0, y = 0, x = 0] of indicesOf(known.shape)) {
    const label = at(known, [image, y, x])
    if (label === 255) continue
    sum -= weightOf(label) * at(logarithms, [image, label, y, x])
    total += weightOf(label)
  }
  return total === 0 ? 0 : sum / total
}

function reference(kernel: NdArray, own: Readonly<Record<string, NdArray>>) {
  const pads = [1, 1, 0, 0] as const
  const logits = conv2d(arrays.images, kernel, { pads })
  const others = conv2d(arrays.unlabelled, kernel, { pads })
  const hot = tabulate(logits.shape, ([image = 0, part, y = 0, x = 0]) => (at(labels, [image, y, x]) === part ? 1 : 0))
  const inside = tabulate([3, 1, height, width], ([image = 0, , y = 0, x = 0]) =>
    at(margins, [image, y, x]) === 255 ? 0 : 1,
  )
  const painted = judge(concat([arrays.images, hot], 1), own)
  const predicted = judge(concat([arrays.unlabelled, mul(softmax(others, 1), inside)], 1), own)
  const scores = sigmoid(predicted.logits)
  const likeliest = argMax(others, 1)
  const chosen = tabulate(margins.shape, ([image = 0, y = 0, x = 0]) =>
    at(scores, [image]) > weights.scoreThreshold && at(margins, [image, y, x]) !== 255
      ? at(likeliest, [image, y, x])
      : 255,
  )
  const distance = sub(mean(painted.features, [0]), mean(predicted.features, [0]))
  const matching = distance.data.reduce((sum, value) => sum + Math.abs(value), 0) / distance.data.length
  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    scores,
    segmenter:
      crossEntropy(logits, labels, (label) => classWeights[label] ?? 0) +
      weights.featureMatching * matching +
      weights.selfTraining * crossEntropy(others, chosen, () => 1),
    discriminator: average([
      average(Array.from(painted.logits.data, (logit) => Math.log1p(Math.exp(-logit)))),
      average(Array.from(predicted.logits.data, (logit) => Math.log1p(Math.exp(logit)))),
    ]),
  }
}

const tolerance = { absolute: 2e-5, relative: 1e-3 }

test('some images of this problem are chosen for self-training and some are not', () => {
  const { scores } = reference(arrays.kernel, parameters)
  const chosen = [...scores.data].filter((score) => score > weights.scoreThreshold).length
  expect(chosen).toBeGreaterThan(0)
  expect(chosen).toBeLessThan(3)
})

test('the segmenter’s gradient is that of central differences, through the discriminator as well', async () => {
  const { segmenter } = graphLosses()
  const [slope] = gradients(segmenter, [of('kernel')])
  if (slope === undefined) throw new TypeError('no gradient')
  const found = await evaluate(engine, { loss: segmenter, slope }, feeds)
  closeTo(found.loss ?? [], [reference(arrays.kernel, parameters).segmenter], 1e-5)
  const expected = finiteDifferences((kernel) => reference(kernel, parameters).segmenter, arrays.kernel)
  closeTo(found.slope ?? [], expected.data, tolerance)
})

test.each(['conv1.bias', 'conv4.bias', 'fc.weight', 'fc.bias'])(
  'the discriminator’s gradient is that of central differences: %s',
  async (name) => {
    const [slope] = gradients(graphLosses().discriminator, [of(name)])
    const array = parameters[name]
    if (slope === undefined || array === undefined) throw new TypeError('no gradient')
    const found = await evaluate(engine, { slope }, feeds)
    const expected = finiteDifferences(
      (moved) => reference(arrays.kernel, { ...parameters, [name]: moved }).discriminator,
      array,
    )
    closeTo(found.slope ?? [], expected.data, tolerance)
  },
)
