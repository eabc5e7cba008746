import { float32Values, type StoredTensor } from '../../onnx/safetensors.ts'
import { CheckpointError } from './errors.ts'
import { contiguousFloat32 } from './pickle/contiguousFloat32.ts'
import type { PickledTensor } from './pickle/value.ts'
import { type SourceTensor, TensorSource } from './tensorSource.ts'

/** ψ that the published tools are used with. No checkpoint says it. */
export const usualTruncation = 0.7

/** @throws CheckpointError where a tensor is read that holds whole numbers */
export function pickledSource(tensors: ReadonlyMap<string, PickledTensor>): TensorSource {
  return sourceOf(tensors, (tensor, name) => {
    if (!/^b?float\d+$/.test(tensor.type))
      throw new CheckpointError(`${name} holds numbers of type ${tensor.type}, expected float32 or another float`)
    return contiguousFloat32(tensor).data
  })
}

export function storedSource(tensors: ReadonlyMap<string, StoredTensor>): TensorSource {
  return sourceOf(tensors, (tensor, name) => float32Values(name, tensor))
}

/** Networks that were trained on several GPUs have their names below `module.`. */
function sourceOf<Tensor extends { readonly shape: readonly number[] }>(
  tensors: ReadonlyMap<string, Tensor>,
  read: (tensor: Tensor, name: string) => Float32Array,
): TensorSource {
  return new TensorSource(
    new Map(
      [...tensors].map(([name, tensor]): [string, SourceTensor] => [
        name.replace(/^module\./, ''),
        { shape: tensor.shape, read: () => read(tensor, name) },
      ]),
    ),
  )
}
