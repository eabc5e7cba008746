import type { Tensor } from '../onnx/tensor.ts'
import { SegmenterError } from './errors.ts'
import type { Tensors } from './layer.ts'

/** @throws SegmenterError where a training step was not given the tensor */
export function stepTensor(tensors: Tensors, name: string): Tensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new SegmenterError(`a training step lost its ${name}`)
  return tensor
}
