import { expect, test } from 'vitest'
import { float32Data } from '../../../../functions/gpu/onnx/hostTensor.ts'
import { deepLabParameters, deepLabShape, deepLabStatistics } from '../../../../functions/gpu/segmenter/deeplab.ts'
import { initialDeepLab } from '../../../../functions/gpu/segmenter/initialWeights.ts'

const shape = deepLabShape('small', 7)
const tensors = initialDeepLab(shape, 3)
const values = (name: string): Float32Array => float32Data(tensors.get(name), name)

test('there is a tensor of the right shape for everything that is learned or carried along', () => {
  const wanted = { ...deepLabParameters(shape), ...deepLabStatistics(shape) }
  expect(Object.fromEntries([...tensors].map(([name, tensor]) => [name, tensor.shape]))).toEqual(wanted)
})

test.each([
  ['backbone.conv1.weight', 3 * 7 * 7],
  ['backbone.layer4.0.conv2.weight', 256 * 3 * 3],
  ['classifier.0.project.0.weight', 5 * 64],
])('%s has mean 0 and variance 2 / inputs', (name, inputs) => {
  const data = values(name)
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length
  const variance = data.reduce((sum, value) => sum + value ** 2, 0) / data.length
  // Within four deviations of both estimates.
  expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(2 / inputs / data.length))
  expect(Math.abs((variance * inputs) / 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / data.length))
})

test('normalization begins as the identity', () => {
  expect(new Set(values('backbone.layer1.0.bn2.weight'))).toEqual(new Set([1]))
  expect(new Set(values('backbone.layer1.0.bn2.bias'))).toEqual(new Set([0]))
  expect(new Set(values('classifier.2.running_mean'))).toEqual(new Set([0]))
  expect(new Set(values('classifier.2.running_var'))).toEqual(new Set([1]))
  expect(new Set(values('classifier.4.bias'))).toEqual(new Set([0]))
})

test('the seed decides, and a tensor does not depend on others', () => {
  expect(initialDeepLab(shape, 3)).toEqual(tensors)
  expect(float32Data(initialDeepLab(shape, 4).get('backbone.conv1.weight'), 'x')).not.toEqual(
    values('backbone.conv1.weight'),
  )
  const fewer = initialDeepLab(deepLabShape('small', 2), 3)
  expect(fewer.get('classifier.1.weight')).toEqual(tensors.get('classifier.1.weight'))
})
