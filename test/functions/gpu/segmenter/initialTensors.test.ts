import { expect, test } from 'vitest'
import { float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { initialTensors } from '../../../../functions/gpu/segmenter/initialTensors.ts'
import { discriminatorParameters } from '../../../../functions/gpu/segmenter/semiSupervised/discriminator.ts'
import {
  classifierParameters,
  classifierStatistics,
} from '../../../../functions/gpu/segmenter/semiSupervised/imageClassifier.ts'
import { tinySegmenter } from './shapesData.ts'

const shapes = {
  ...discriminatorParameters({ classes: 5, width: 16 }),
  ...classifierParameters(tinySegmenter),
  ...classifierStatistics(tinySegmenter),
}
const tensors = initialTensors(shapes, 1, 'discriminator')
const values = (name: string): Float32Array => float32Data(tensors.get(name), name)

test.each([
  ['conv1.weight', 8 * 16],
  ['conv4.weight', 64 * 16],
])('%s has mean 0 and variance 2 / inputs', (name, inputs) => {
  const data = values(name)
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length
  const deviation = Math.sqrt(2 / inputs)
  // Five standard errors of each.
  expect(Math.abs(mean)).toBeLessThan((5 * deviation) / Math.sqrt(data.length))
  expect(Math.abs(variance / deviation ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / data.length))
})

test.each([
  ['backbone.bn1.weight', 1],
  ['backbone.bn1.bias', 0],
  ['backbone.bn1.running_var', 1],
  ['backbone.bn1.running_mean', 0],
  ['conv2.bias', 0],
  ['fc.weight', 0],
])('%s is all %d', (name, value) => {
  expect(new Set(values(name))).toEqual(new Set([value]))
})

test('other seeds and other networks begin otherwise', () => {
  const other = (seed: number, network: string) => initialTensors(shapes, seed, network).get('conv1.weight')?.data
  expect(other(1, 'discriminator')).toEqual(values('conv1.weight'))
  expect(other(2, 'discriminator')).not.toEqual(values('conv1.weight'))
  expect(other(1, 'classifier')).not.toEqual(values('conv1.weight'))
})
