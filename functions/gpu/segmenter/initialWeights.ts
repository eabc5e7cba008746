import type { HostTensor } from '../onnx/hostTensor.ts'
import { type DeepLabShape, deepLabParameters, deepLabStatistics } from './deeplab.ts'
import { initialTensors } from './initialTensors.ts'

/** Parameters and running statistics of an untrained segmenter. Each depends on the seed and its own name alone. */
export function initialDeepLab(shape: DeepLabShape, seed: number): ReadonlyMap<string, HostTensor> {
  return initialTensors({ ...deepLabParameters(shape), ...deepLabStatistics(shape) }, seed, 'segmenter')
}
