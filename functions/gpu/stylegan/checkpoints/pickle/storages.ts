import { z } from 'zod'
import { checkArguments, whole } from './arguments.ts'
import { elementBytes } from './elements.ts'
import type { Fail } from './machineState.ts'
import { Reference, type Value } from './machineValue.ts'
import { quote } from './quote.ts'
import { PickledTensor, type TorchType } from './value.ts'

/** Names a kind of storage; never called. */
export class StorageType extends Reference {
  readonly type: TorchType

  constructor(name: string, type: TorchType) {
    super(name)
    this.type = type
  }
}

export const storageTypes: readonly StorageType[] = [
  new StorageType('torch.DoubleStorage', 'float64'),
  new StorageType('torch.FloatStorage', 'float32'),
  new StorageType('torch.HalfStorage', 'float16'),
  new StorageType('torch.BFloat16Storage', 'bfloat16'),
  new StorageType('torch.LongStorage', 'int64'),
  new StorageType('torch.IntStorage', 'int32'),
  new StorageType('torch.ShortStorage', 'int16'),
  new StorageType('torch.CharStorage', 'int8'),
  new StorageType('torch.ByteStorage', 'uint8'),
  new StorageType('torch.BoolStorage', 'bool'),
  new StorageType('torch.storage.UntypedStorage', 'uint8'),
]

/** What a torch file says of a storage that lies elsewhere in it. */
export interface StorageId {
  readonly type: TorchType
  readonly key: string
  /** Of elements. */
  readonly count: number
}

const id = z.tuple([
  z.literal('storage'),
  z.instanceof(StorageType),
  z.string(),
  z.string(),
  whole,
  z.null().optional(),
])

/**
 * A persistent id as `torch.save` writes it: `('storage', type, key, device, count)`, with None at the end in legacy
 * files.
 *
 * @throws {CheckpointError} on anything else
 */
export function readStorageId(given: Value, fail: Fail): StorageId {
  const [, { type }, key, , count] = checkArguments(id, given, 'the id of a storage', { fail })
  return { type, key, count }
}

/**
 * A storage, which is read as a tensor of one axis over all of it.
 *
 * @param bytes - of the storage. Where it is saved with several types, its first one counts its bytes.
 * @throws {CheckpointError} where there are fewer bytes than the id says
 */
export function makeStorage({ type, key, count }: StorageId, bytes: Uint8Array, fail: Fail): PickledTensor {
  const needed = count * elementBytes[type]
  if (needed > bytes.length)
    throw fail(
      `storage ${quote(key)} of ${count} elements (${type}) has ${bytes.length} bytes, needs ${needed}: damaged`,
    )
  return new PickledTensor({ type, storage: bytes.subarray(0, needed), offset: 0, shape: [count], strides: [1] })
}
